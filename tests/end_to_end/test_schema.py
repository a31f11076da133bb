"""The JSON Schema accepts what the reader accepts, as far as a schema can express it."""

import json
import pathlib
import re

import jsonschema
import yaml

from launcher import LauncherTest

ROOT = pathlib.Path(__file__).resolve().parents[2]
BATCH = 46  # settings in one call; fm lists 50 problems


class CoreLoader(yaml.SafeLoader):
    """YAML 1.2, as editors read it: 1e-3 is a number, and yes is text."""

    yaml_implicit_resolvers = {}


for tag, pattern in (("null", r"~|null|Null|NULL|"), ("bool", r"true|True|TRUE|false|False|FALSE"),
                     ("int", r"[-+]?[0-9]+"), ("float", r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")):
    CoreLoader.add_implicit_resolver(f"tag:yaml.org,2002:{tag}", re.compile(f"^(?:{pattern})$"), None)


def options(schema, key=""):
    """The dotted key and the schema of every option; sections too."""
    for name, child in schema["properties"].items():
        path = f"{key}.{name}" if key else name
        if path != "base":
            yield path, child
        if "properties" in child and not any("." in inner for inner in child["properties"]):
            yield from options(child, path)


def scalars(schema):
    """Values within the limits of a number or the names of a text, at them and beyond them."""
    whole = "integer" in schema["type"]
    low, high = schema.get("minimum", schema.get("exclusiveMinimum")), schema.get("maximum", schema.get("exclusiveMaximum"))
    step = 1 if whole else 0.5
    for limit in (low, high):
        if limit is not None:
            yield from (limit - step, limit, limit + step) if abs(limit) < 1e15 or whole else (limit,)
    yield from schema.get("enum", [])
    yield from (0, 1, 0.5, True, "text", "3", None, [], {})
    if whole:
        yield from (2**31, -2**31 - 1, 2**63, 2**64)


def candidates(schema):
    """Values of every type, right and wrong."""
    if schema.get("type") == "array":
        yield from ([value] for value in scalars(schema["items"]))
        lengths = {schema.get("minItems", 0), schema.get("maxItems", 3)}
        right = schema.get("default") or [1]
        yield from ((right * (n + 2))[:n + d] for n in lengths if n < 100 for d in (-1, 0, 1) if n + d >= 0)
        yield from ("text", 3, None, {}, True)
    elif schema.get("type") == "object":
        yield from ({}, {"zzz": 1}, {"zzz": [1]}, [], None, 3, "text", True)
        for name, inner in schema.get("properties", {}).items():
            if "." in name:  # an axis of a grid
                yield from ({name: value} for value in ([], None, 3, [inner["items"].get("minimum", "zzz")]))
    else:
        yield from scalars(schema)


def nested(key, value):
    for name in reversed(key.split(".")):
        value = {name: value}
    return value


class SchemaTest(LauncherTest):
    def setUp(self):
        super().setUp()
        self.schema = json.loads(self.fm("schema").stdout)
        self.validator = jsonschema.Draft7Validator(self.schema)

    def refused(self, settings):
        """Those of the KEY=VALUE texts that the reader refuses."""
        # A setting without a value keeps contradictions between options out of the answer.
        lines = self.fm("run", self.experiment, *settings, "nothing", "--print-config", expect=2).stderr.splitlines()
        if lines[-1].startswith("and "):  # some have several problems
            half = len(settings) // 2
            return self.refused(settings[:half]) | self.refused(settings[half:])
        shown = lambda text: "override '" + (text[:60] + "..." if len(text) > 60 else text) + "': "
        return {text for text in settings if any(line.startswith(shown(text)) for line in lines)}

    def test_the_schema_is_one_and_every_shipped_experiment_fits_it(self):
        jsonschema.Draft7Validator.check_schema(self.schema)
        for file in sorted((ROOT / "experiments").rglob("*.yaml")):
            problems = list(self.validator.iter_errors(yaml.load(file.read_text(), CoreLoader)))
            self.assertEqual(problems, [], file)

    def test_reader_and_schema_agree_on_every_option(self):
        right, wrong = set(), set()
        for key, schema in options(self.schema):
            for value in [*candidates(schema), {"zzz": 1}]:
                text = f"{key}={json.dumps(value)}"
                (right if self.validator.is_valid(nested(key, value)) else wrong).add(text)
            (wrong if schema.get("additionalProperties", True) is False else set()).add(f"{key}.zzz=1")
        self.assertGreater(min(len(right), len(wrong)), 500)
        self.assertEqual(sorted(self.refused(sorted(right))), [])
        for i in range(0, len(wrong), BATCH):
            batch = sorted(wrong)[i:i + BATCH]
            self.assertEqual(set(batch) - self.refused(batch), set(), "accepted by the reader")

    def test_reader_and_schema_agree_on_bases(self):
        (self.folder / "other.yaml").write_text("{}\n")
        for value in ("other.yaml", ["other.yaml"], ["other.yaml"] * 100, ["other.yaml"] * 101, 3, None, [], [3], {}, True):
            self.experiment.write_text(json.dumps({"base": value}))
            accepted = self.validator.is_valid({"base": value})
            self.fm("run", self.experiment, "--print-config", expect=0 if accepted else 2)
        self.assertFalse(self.validator.is_valid({"train": {"base": "other.yaml"}}))
