"""What Dagster loads: every asset of one council's line, the job that runs it all and the schedule of that job.

Walks the sources; there is no registry to edit. Which council is told by the environment (see ``workspace``). Does not
belong here: what any asset does.
"""

import warnings
from collections.abc import Iterator, Mapping, Sequence, Set
from typing import Any

import dagster as dg
from dagster_dbt import DagsterDbtTranslator, DagsterDbtTranslatorSettings, dbt_assets

from pipelines import assets, corrections, deliveries, model
from pipelines.assets import Line
from pipelines.contract import read_contracts
from pipelines.council import load_council
from pipelines.package import read_packages
from pipelines.progress import progress_logger, tell
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
    for source in sources:
        corrections.load(source, workspace)  # a mistake in them is told before anything is run
    indicators = model.indicators_of(workspace)
    manifest = model.read_manifest(workspace)
    contracts = read_contracts(manifest)
    packages = read_packages(workspace.packages, contracts, council)
    return Line(workspace, council, tuple(sources), tuple(indicators), contracts, tuple(packages), manifest)


def models_asset(line: Line, name: str, select: str = "fqn:*", exclude: str = "") -> dg.AssetsDefinition:
    """One pass of dbt. Its tests are asset checks; a failed test stops the release."""
    first_pass = exclude == model.RELEASE_TAG
    settings = DagsterDbtTranslatorSettings(enable_asset_checks=True, enable_duplicate_source_asset_keys=True)

    @dbt_assets(
        manifest=line.manifest,
        name=name,
        select=select,
        exclude=exclude or None,
        dagster_dbt_translator=Translator(settings),
    )
    def models(context: dg.AssetExecutionContext) -> Iterator[Any]:
        workspace, intakes = line.workspace, deliveries.intakes_in_use(line.standings())
        wanted = sorted(key.path[-1] for key in context.selected_asset_keys)
        afresh = first_pass and model.must_start_afresh(workspace, intakes)
        if first_pass:
            model.forget_built(workspace)
        built = model.build(workspace, wanted, line.built(), afresh, lambda done: tell(f"{done} models and tests so far"))
        yield from _reported(built, context.selected_asset_check_keys)
        failed = [one for one in built if not one.good and one.status != "skipped"]
        if failed:
            raise dg.Failure(" ".join(_failure(one) for one in failed), allow_retries=False)
        if first_pass:
            model.note_built(workspace, intakes)

    return models


def _reported(built: Sequence[model.Built], checks: Set[dg.AssetCheckKey]) -> Iterator[Any]:
    """What dbt made, and what its tests say, as Dagster knows it."""
    for one in built:
        if not one.is_test and one.good:
            yield dg.MaterializeResult(asset_key=assets.model_key(one.model))
    for one in built:
        key = dg.AssetCheckKey(assets.model_key(one.model), one.name)
        if one.is_test and one.status != "skipped" and key in checks:
            warned = one.status == "warn"
            yield dg.AssetCheckResult(
                passed=one.status == "pass",
                asset_key=key.asset_key,
                check_name=key.name,
                severity=dg.AssetCheckSeverity.WARN if warned else dg.AssetCheckSeverity.ERROR,
                description=one.message or None,
            )


def _failure(one: model.Built) -> str:
    what = f"The test {one.name} of the model {one.model} failed" if one.is_test else f"The model {one.model} failed"
    return f"{what}: {one.message.strip()}. Nothing is released until it is put right."


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
    return dg.Definitions(
        assets=made,
        jobs=[job],
        schedules=[every_morning],
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
