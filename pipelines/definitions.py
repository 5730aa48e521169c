"""What Dagster loads: every asset of one council's line, the job that runs it all and the schedule of that job.

Walks the sources; there is no registry to edit. Which council is told by the environment (see ``workspace``). Does not
belong here: what any asset does.
"""

import os
import warnings
from collections.abc import Iterator, Mapping, Sequence
from importlib import metadata
from typing import Any

import dagster as dg
from dagster_dbt import DagsterDbtTranslator, DagsterDbtTranslatorSettings, DbtCliResource, dbt_assets
from packaging.version import Version

from pipelines import assets, deliveries, model
from pipelines.assets import Line
from pipelines.contract import read_contracts
from pipelines.council import load_council
from pipelines.package import read_packages
from pipelines.progress import progress_logger
from pipelines.sources import load_sources
from pipelines.workspace import Workspace

JOB = "whole_line"
MADE_BY_PYTHON = {
    "accepted": assets.DELIVERIES,
    "reference": assets.DELIVERIES,
    "safe": assets.DISCLOSURE,
    "previous": assets.DRAFT,
}
BETWEEN_PASSES = {"this_release", "change", "withheld_cell", "dataset_metadata"}


class Dbt(DbtCliResource):
    """dbt without two costs of dagster-dbt that bring nothing here: a second dbt process that is asked its version, and
    dbt loaded into this process, with the warehouse open, to look up columns."""

    @property
    def _cli_version(self) -> Version:
        return Version(metadata.version("dbt-core"))

    def _initialize_dbt_core_adapter(self, args: Sequence[str]) -> None:  # type: ignore[override]
        return None


class Translator(DagsterDbtTranslator):
    """Names dbt's models by their own names, and its sources by the asset that writes them."""

    def get_asset_key(self, dbt_resource_props: Mapping[str, Any]) -> dg.AssetKey:
        """The asset key of a dbt node."""
        if dbt_resource_props["resource_type"] == "source":
            if dbt_resource_props["name"] in BETWEEN_PASSES:
                return assets.DRAFT
            return MADE_BY_PYTHON[dbt_resource_props["source_name"]]
        return assets.model_key(dbt_resource_props["name"])

    def get_group_name(self, dbt_resource_props: Mapping[str, Any]) -> str | None:
        """Models stand in the group of their pass."""
        return "release" if "release" in dbt_resource_props.get("tags", []) else "models"


def read_line(workspace: Workspace) -> Line:
    """Everything that people wrote for one council, checked.

    Raises :class:`pipelines.config.ConfigError` with every fault, and :class:`pipelines.model.ModelError` where dbt
    cannot compile the models.
    """
    workspace.prepare()
    council = load_council(workspace.council_file)
    sources = load_sources(workspace.sources_dir, council)
    indicators = model.indicators_of(workspace)
    contracts = read_contracts(model.read_manifest(workspace))
    packages = read_packages(workspace.packages, contracts, council)
    return Line(workspace, council, tuple(sources), tuple(indicators), contracts, tuple(packages))


def models_asset(line: Line, name: str, select: str = "fqn:*", exclude: str = "") -> dg.AssetsDefinition:
    """One pass of dbt. Its tests are asset checks; a failed test stops what rests on the model, and so the release."""
    first_pass = exclude == model.RELEASE_TAG
    settings = DagsterDbtTranslatorSettings(enable_asset_checks=True, enable_duplicate_source_asset_keys=True)

    @dbt_assets(
        manifest=model.manifest_path(line.workspace),
        name=name,
        dagster_dbt_translator=Translator(settings),
        select=select,
        exclude=exclude or None,
    )
    def models(context: dg.AssetExecutionContext, dbt: Dbt) -> Iterator[Any]:
        workspace = line.workspace
        intakes = deliveries.intakes_in_use(line.standings())
        # worked examples prove the models, not the data: they are run where the models are tested
        arguments = ["build", "--exclude-resource-type", "unit_test"]
        if first_pass:
            arguments += ["--full-refresh"] if model.must_start_afresh(workspace, intakes) else []
            model.forget_built(workspace)
        model.reuse_parse(workspace)
        os.environ.update(model.environment(workspace, line.built()))
        yield from dbt.cli(arguments, context=context, target_path=workspace.dbt_target).stream()
        if first_pass:
            model.note_built(workspace, intakes)

    return models


def build(line: Line) -> dg.Definitions:
    """Assets, job, schedule and resources of one council's line."""
    made = [
        *(assets.landing_asset(line, source) for source in line.sources),
        *(assets.intake_asset(line, source) for source in line.sources),
        assets.deliveries_asset(line),
        models_asset(line, "models", exclude=model.RELEASE_TAG),
        assets.disclosure_asset(line),
        assets.draft_asset(line),
        models_asset(line, "release_models", select=model.RELEASE_TAG),
        assets.candidate_asset(line),
        assets.release_asset(line),
    ]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", dg.BetaWarning)
        job = dg.define_asset_job(JOB, selection="*", description="From new deliveries to a published release")
    every_morning = dg.ScheduleDefinition(job=job, cron_schedule="0 6 * * *", execution_timezone="Europe/London")
    dbt = Dbt(
        project_dir=str(line.workspace.dbt_project),
        profiles_dir=str(line.workspace.dbt_project),
        dbt_executable=model.dbt_executable(),
    )
    return dg.Definitions(
        assets=made,
        jobs=[job],
        schedules=[every_morning],
        resources={"dbt": dbt},
        executor=dg.in_process_executor,
        loggers={"progress": progress_logger, "console": dg.colored_console_logger},
    )


@dg.definitions
def defs() -> dg.Definitions:
    """The line that the environment names."""
    workspace = Workspace.from_environment()
    workspace.prepare()
    workspace.enter()
    return build(read_line(workspace))
