"""A dataset's description in the words of other standards: CSV on the Web, DCAT-AP and schema.org.

Belongs here: translating a finished ``datapackage.json``, which says everything there is to say. Does not belong here: any
fact that is not in it, but for the address where the files can be read.

Addresses are below ``address`` where the council has stated one, and otherwise relative to the file that they stand in.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from rdflib import DCAT, DCTERMS, FOAF, RDF, RDFS, SKOS, XSD, Graph, Literal, Namespace, URIRef
from rdflib.term import Node

from pipelines.verify import table_files

Descriptor = Mapping[str, Any]

VCARD = Namespace("http://www.w3.org/2006/vcard/ns#")
SPDX = Namespace("http://spdx.org/rdf/terms#")
EU = "http://publications.europa.eu/resource/authority/"
UNIT = "http://purl.org/linked-data/sdmx/2009/attribute#unitMeasure"
ENGLISH = URIRef(f"{EU}language/ENG")
THEMES = URIRef(f"{EU}data-theme")
GOVERNMENT = URIRef(f"{EU}data-theme/GOVE")
PUBLIC = URIRef(f"{EU}access-right/PUBLIC")
CSV_FORMAT = URIRef(f"{EU}file-type/CSV")
CSV_TYPE = URIRef("https://www.iana.org/assignments/media-types/text/csv")
CSVW = URIRef("http://www.w3.org/ns/csvw")
SHA256 = SPDX.checksumAlgorithm_sha256
FREQUENCIES = {"daily": "DAILY", "weekly": "WEEKLY", "monthly": "MONTHLY", "quarterly": "QUARTERLY", "yearly": "ANNUAL"}
TYPES = {"string": "string", "integer": "integer", "number": "decimal", "boolean": "boolean", "date": "date"}
KNOWN_TYPES: Mapping[Node, Node] = {
    ENGLISH: DCTERMS.LinguisticSystem,
    THEMES: SKOS.ConceptScheme,
    GOVERNMENT: SKOS.Concept,
    PUBLIC: DCTERMS.RightsStatement,
    CSV_FORMAT: DCTERMS.MediaTypeOrExtent,
    CSV_TYPE: DCTERMS.MediaType,
    CSVW: DCTERMS.Standard,
    SHA256: SPDX.ChecksumAlgorithm,
}
"""What the things are that every description refers to, so that a description can be checked by itself."""


def _about(descriptor: Descriptor, role: str) -> Descriptor:
    found: Descriptor = next(one for one in descriptor["contributors"] if role in one["roles"])
    return found


# CSV on the Web -------------------------------------------------------------------------------------------------------


def csvw(descriptor: Descriptor) -> dict[str, Any]:
    """The dataset's ``csv-metadata.json``: a table group with types, keys and meanings."""
    whole = {one["name"]: one["path"] for one in descriptor["resources"] if isinstance(one["path"], str)}
    return {
        "@context": ["http://www.w3.org/ns/csvw", {"@language": "en"}],
        "dc:title": descriptor["title"],
        "dc:description": descriptor["description"],
        "dc:license": {"@id": descriptor["licenses"][0]["path"]},
        "dc:publisher": _about(descriptor, "publisher")["title"],
        "dc:modified": descriptor["created"][:10],
        "tables": [_csvw_table(one, path, whole) for one in descriptor["resources"] for path in table_files(one)],
    }


def _csvw_table(resource: Descriptor, path: str, whole: Mapping[str, str]) -> dict[str, Any]:
    """One file. A foreign key can lead to a table in one file only, and must not be empty in any row."""
    schema = resource["schema"]
    required = {field["name"] for field in schema["fields"] if field.get("constraints", {}).get("required")}
    keys = [
        {
            "columnReference": key["fields"],
            "reference": {"resource": whole[key["reference"]["resource"]], "columnReference": key["reference"]["fields"]},
        }
        for key in schema.get("foreignKeys", [])
        if key["reference"]["resource"] in whole and required.issuperset(key["fields"])
    ]
    return {
        "url": path,
        "dc:title": resource["title"],
        "dc:description": resource["description"],
        "tableSchema": {
            "columns": [_csvw_column(field) for field in schema["fields"]],
            "primaryKey": schema["primaryKey"],
            **({"foreignKeys": keys} if keys else {}),
        },
    }


def _csvw_column(field: Descriptor) -> dict[str, Any]:
    constraints = field.get("constraints", {})
    kind: Any = TYPES.get(field["type"], "datetime")
    if "enum" in constraints and kind == "string":
        kind = {"base": "string", "format": f"^({'|'.join(re.escape(one) for one in constraints['enum'])})$"}
    return {
        "name": field["name"],
        "titles": field["name"],
        "dc:description": field["description"],
        "datatype": kind,
        **({UNIT: field["unit"]} if "unit" in field else {}),
        **({"required": True} if constraints.get("required") else {}),
    }


# schema.org -----------------------------------------------------------------------------------------------------------


def schema_org(descriptor: Descriptor, address: str | None) -> dict[str, Any]:
    """The dataset's ``schema.jsonld``, as search engines for data read it."""
    base = f"{address}{descriptor['name']}/" if address else ""
    temporal = descriptor.get("temporal")
    return {
        "@context": {"@vocab": "https://schema.org/"},
        "@type": "Dataset",
        **({"@id": base, "url": base} if base else {}),
        "name": descriptor["title"],
        "description": descriptor["description"],
        "keywords": descriptor["keywords"],
        "license": descriptor["licenses"][0]["path"],
        "isAccessibleForFree": True,
        "version": descriptor["version"],
        "dateModified": descriptor["created"][:10],
        "inLanguage": "en-GB",
        **({"temporalCoverage": f"{temporal['start']}/{temporal['end']}"} if temporal else {}),
        "spatialCoverage": {
            "@type": "AdministrativeArea",
            "name": descriptor["spatial"]["title"],
            "identifier": descriptor["spatial"]["code"],
        },
        "creator": _organization(descriptor),
        "publisher": _organization(descriptor),
        "measurementTechnique": "Computed from: " + "; ".join(one["title"] for one in descriptor["sources"]),
        "variableMeasured": _measured(descriptor),
        "distribution": [
            {
                "@type": "DataDownload",
                "name": resource["title"],
                "description": resource["description"],
                "encodingFormat": "text/csv",
                "contentUrl": f"{base}{path}",
            }
            for resource in descriptor["resources"]
            for path in table_files(resource)
        ],
    }


def _organization(descriptor: Descriptor) -> dict[str, Any]:
    publisher, contact = _about(descriptor, "publisher"), _about(descriptor, "contact")
    return {
        "@type": "GovernmentOrganization",
        "name": publisher["title"],
        **({"url": publisher["path"]} if "path" in publisher else {}),
        "contactPoint": {"@type": "ContactPoint", "contactType": contact["title"], "email": contact["email"]},
    }


def _measured(descriptor: Descriptor) -> list[dict[str, Any]]:
    """The columns that have a unit, each once."""
    fields = [field for one in descriptor["resources"] for field in one["schema"]["fields"] if "unit" in field]
    return [
        {"@type": "PropertyValue", "name": one["name"], "description": one["description"], "unitText": one["unit"]}
        for one in {field["name"]: field for field in fields}.values()
    ]


def schema_org_catalogue(descriptors: Iterable[Descriptor], address: str | None) -> dict[str, Any]:
    """The catalogue of the datasets, as search engines for data read it."""
    every = list(descriptors)
    publisher = _about(every[0], "publisher")["title"]
    return {
        "@context": {"@vocab": "https://schema.org/"},
        "@type": "DataCatalog",
        "name": f"Open data of {publisher}",
        "publisher": _organization(every[0]),
        "license": every[0]["licenses"][0]["path"],
        "dataset": [
            {
                "@type": "Dataset",
                **({"@id": f"{address}{one['name']}/", "url": f"{address}{one['name']}/"} if address else {}),
                "name": one["title"],
                "description": one["description"],
                "license": one["licenses"][0]["path"],
                "version": one["version"],
            }
            for one in every
        ],
    }


# DCAT-AP --------------------------------------------------------------------------------------------------------------


def dcat(descriptor: Descriptor, address: str | None) -> Graph:
    """The dataset and its files in DCAT-AP 3."""
    graph = _graph()
    _describe(graph, descriptor, f"{address}{descriptor['name']}/" if address else "")
    return graph


def dcat_catalogue(descriptors: Iterable[Descriptor], address: str | None) -> Graph:
    """The catalogue of the datasets in DCAT-AP 3, with all that is said of each."""
    graph, every = _graph(), list(descriptors)
    catalogue = URIRef(f"{address}catalogue/" if address else "./")
    publisher, modified = _about(every[0], "publisher")["title"], every[0]["created"][:10]
    datasets = [_describe(graph, one, f"{address or '../'}{one['name']}/") for one in every]
    _say(
        graph,
        catalogue,
        (RDF.type, DCAT.Catalog),
        (DCTERMS.title, Literal(f"Open data of {publisher}", lang="en")),
        (DCTERMS.description, Literal(f"Every dataset that {publisher} publishes in this series.", lang="en")),
        (DCTERMS.publisher, graph.value(datasets[0], DCTERMS.publisher)),
        (DCTERMS.license, _licence(graph, every[0])),
        (DCTERMS.language, ENGLISH),
        (DCTERMS.modified, Literal(modified, datatype=XSD.date)),
        (DCTERMS.spatial, graph.value(datasets[0], DCTERMS.spatial)),
        (DCAT.themeTaxonomy, THEMES),
        *((DCAT.dataset, dataset) for dataset in datasets),
    )
    return graph


def turtle(graph: Graph) -> str:
    """A graph as text, the same for the same graph: no node of ours is without a name."""
    for node, kind in KNOWN_TYPES.items():
        if (None, None, node) in graph:
            graph.add((node, RDF.type, kind))
    return graph.serialize(format="turtle")


def _graph() -> Graph:
    graph = Graph(bind_namespaces="none")
    names = {"dcat": DCAT, "dct": DCTERMS, "foaf": FOAF, "rdfs": RDFS, "skos": SKOS, "spdx": SPDX, "vcard": VCARD, "xsd": XSD}
    for prefix, namespace in names.items():
        graph.bind(prefix, namespace)
    return graph


def _say(graph: Graph, subject: Node, *said: tuple[Node, Node | None]) -> Node:
    """Add what is said of a subject, leaving out what is not known; the subject."""
    for predicate, thing in said:
        if thing is not None:
            graph.add((subject, predicate, thing))
    return subject


def _describe(graph: Graph, descriptor: Descriptor, base: str) -> Node:
    """Add one dataset, whose files stand below ``base``; the dataset."""
    publisher, contact = _about(descriptor, "publisher"), _about(descriptor, "contact")
    homepage = URIRef(descriptor["homepage"]) if "homepage" in descriptor else None
    agent = _say(
        graph,
        URIRef(f"{base}#publisher"),
        (RDF.type, FOAF.Agent),
        (FOAF.name, Literal(publisher["title"])),
        (FOAF.homepage, homepage),
    )
    kind = _say(
        graph,
        URIRef(f"{base}#contact"),
        (RDF.type, VCARD.Kind),
        (RDF.type, VCARD.Organization),
        (VCARD.fn, Literal(contact["title"])),
        (VCARD.hasEmail, URIRef(f"mailto:{contact['email']}")),
    )
    if homepage:
        graph.add((homepage, RDF.type, FOAF.Document))
    dataset = _say(
        graph,
        URIRef(base or "./"),
        (RDF.type, DCAT.Dataset),
        (DCTERMS.identifier, Literal(base or descriptor["name"])),
        (DCTERMS.title, Literal(descriptor["title"], lang="en")),
        (DCTERMS.description, Literal(descriptor["description"], lang="en")),
        (DCTERMS.publisher, agent),
        (DCAT.contactPoint, kind),
        (DCTERMS.language, ENGLISH),
        (DCTERMS.accessRights, PUBLIC),
        (DCAT.theme, GOVERNMENT),
        (DCAT.landingPage, homepage),
        (URIRef(f"{DCAT}version"), Literal(descriptor["version"])),
        (DCTERMS.modified, Literal(descriptor["created"][:10], datatype=XSD.date)),
        *((DCAT.keyword, Literal(word, lang="en")) for word in descriptor["keywords"]),
        *_coverage(graph, descriptor, base),
        (DCTERMS.provenance, _provenance(graph, descriptor, base)),
    )
    _say(graph, GOVERNMENT, (SKOS.prefLabel, Literal("Government and public sector", lang="en")))
    _say(graph, THEMES, (DCTERMS.title, Literal("Data theme", lang="en")))
    for resource in descriptor["resources"]:
        for path in table_files(resource):
            graph.add((dataset, DCAT.distribution, _distribution(graph, descriptor, resource, path, base)))
    return dataset


def _coverage(graph: Graph, descriptor: Descriptor, base: str) -> Iterator[tuple[Node, Node]]:
    """Where, when and how often."""
    spatial = descriptor["spatial"]
    name = Literal(spatial["title"], lang="en")
    yield DCTERMS.spatial, _say(graph, URIRef(spatial["path"]), (RDF.type, DCTERMS.Location), (SKOS.prefLabel, name))
    if temporal := descriptor.get("temporal"):
        kind = XSD.date if "-" in temporal["start"] else XSD.gYear
        start, end = (Literal(temporal[one], datatype=kind) for one in ("start", "end"))
        period = URIRef(f"{base}#temporal")
        yield (
            DCTERMS.temporal,
            _say(graph, period, (RDF.type, DCTERMS.PeriodOfTime), (DCAT.startDate, start), (DCAT.endDate, end)),
        )
    if often := FREQUENCIES.get(descriptor.get("updateFrequency", "")):
        yield DCTERMS.accrualPeriodicity, _say(graph, URIRef(f"{EU}frequency/{often}"), (RDF.type, DCTERMS.Frequency))


def _provenance(graph: Graph, descriptor: Descriptor, base: str) -> Node:
    """From which sources it is computed."""
    sources = (f"{one['title']}, licence {one['licence']}" for one in descriptor["sources"])
    words = Literal(f"Computed from: {'; '.join(sources)}.", lang="en")
    return _say(graph, URIRef(f"{base}#provenance"), (RDF.type, DCTERMS.ProvenanceStatement), (RDFS.label, words))


def _licence(graph: Graph, descriptor: Descriptor) -> Node:
    licence = descriptor["licenses"][0]
    name = Literal(licence["title"], lang="en")
    return _say(graph, URIRef(licence["path"]), (RDF.type, DCTERMS.LicenseDocument), (DCTERMS.title, name))


def _distribution(graph: Graph, descriptor: Descriptor, resource: Descriptor, path: str, base: str) -> Node:
    """One file of a table."""
    address, part = URIRef(f"{base}{path}"), path.removeprefix("data/").removesuffix(".csv").replace("/", "-")
    graph.add((address, RDF.type, RDFS.Resource))
    checksum = None
    if "hash" in resource:
        checksum = _say(
            graph,
            URIRef(f"{base}#{part}-checksum"),
            (RDF.type, SPDX.Checksum),
            (SPDX.algorithm, SHA256),
            (SPDX.checksumValue, Literal(resource["hash"].removeprefix("sha256:"), datatype=XSD.hexBinary)),
        )
    size = Literal(resource["bytes"], datatype=XSD.nonNegativeInteger) if "bytes" in resource else None
    return _say(
        graph,
        URIRef(f"{base}#{part}"),
        (RDF.type, DCAT.Distribution),
        (DCTERMS.title, Literal(resource["title"], lang="en")),
        (DCTERMS.description, Literal(resource["description"], lang="en")),
        (DCAT.accessURL, address),
        (DCAT.downloadURL, address),
        (DCAT.mediaType, CSV_TYPE),
        (DCTERMS["format"], CSV_FORMAT),
        (DCTERMS.license, _licence(graph, descriptor)),
        (DCTERMS.conformsTo, CSVW),
        (DCTERMS.modified, Literal(descriptor["created"][:10], datatype=XSD.date)),
        (DCAT.byteSize, size),
        (SPDX.checksum, checksum),
    )


def as_json(content: Mapping[str, Any]) -> str:
    """A description as the text of a JSON file."""
    return json.dumps(content, ensure_ascii=False, indent=2) + "\n"
