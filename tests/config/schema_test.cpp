#include "libfm/config/schema.hpp"

#include "libfm/config/reference.hpp"
#include "tests/catch.hpp"
#include "tests/config/sample_options.hpp"

using Json = nlohmann::ordered_json;

CATCH_TEST_CASE("the schema states the type, default, bounds and meaning of every key", "[yaml]") {
  const Json schema = fm::json_schema(sample::Options{}, "libfm experiment");
  CATCH_CHECK(schema["$schema"] == "http://json-schema.org/draft-07/schema#");
  CATCH_CHECK(schema["title"] == "libfm experiment");

  const Json& train = schema["properties"]["train"];
  CATCH_CHECK(train["additionalProperties"] == false);
  CATCH_CHECK(train["description"] == "training");
  const Json& keys = train["properties"];
  CATCH_CHECK(keys["epochs"] == Json::parse(R"({"description": "passes over the data", "type": "integer",
                                                "minimum": 1, "maximum": 1000000, "default": 150})"));
  CATCH_CHECK(keys["learning_rate"] == Json::parse(R"({"description": "the peak | of the schedule", "type": "number",
                                                       "exclusiveMinimum": 0, "default": 0.001})"));
  CATCH_CHECK(keys["ema"] == Json::parse(R"({"description": "decay of the averaged weights", "type": "number",
                                             "minimum": 0, "exclusiveMaximum": 1, "default": 0.995})"));
  CATCH_CHECK(keys["init"] == Json::parse(R"({"description": "checkpoint to start from", "type": ["string", "null"],
                                              "default": null})"));
  CATCH_CHECK(keys["clip"]["default"] == 1.0);
  CATCH_CHECK(keys["clip"]["minimum"] == 0.5);
  CATCH_CHECK(keys["shuffle"]["type"] == "boolean");
  CATCH_CHECK(keys["samples"]["minimum"] == std::numeric_limits<std::int64_t>::min());
  CATCH_CHECK(keys["rollout"]["properties"]["every"]["minimum"] == 0);

  const Json& top = schema["properties"];
  CATCH_CHECK(top["seed"]["minimum"] == 0);
  CATCH_CHECK(top["seed"]["maximum"] == std::numeric_limits<std::uint64_t>::max());
  CATCH_CHECK(keys["rollout"]["properties"]["every"]["maximum"] == std::numeric_limits<std::int32_t>::max());
  CATCH_CHECK(top["base"]["anyOf"] == Json::parse(R"([{"type": "string"}, {"type": "array", "items": {"type": "string"},
                                                       "minItems": 1, "maxItems": 100}])"));
  CATCH_CHECK(top["sampler"]["properties"]["solver"]["enum"] == Json({"euler", "midpoint", "heun", "rk4"}));
  CATCH_CHECK(top["data"]["properties"]["hidden"] == Json::parse(R"({"description": "layer widths", "type": "array",
                              "items": {"type": "integer", "minimum": 1, "maximum": 65536}, "default": [256, 256]})"));
}

CATCH_TEST_CASE("the schema of a grid lists the options that it may vary", "[yaml]") {
  const Json grid = fm::json_schema(sample::Options{}, "")["properties"]["grid"];
  CATCH_CHECK(grid["additionalProperties"] == false);
  std::vector<std::string> keys;
  for (const auto& item : grid["properties"].items()) keys.push_back(item.key());
  CATCH_CHECK(keys == std::vector<std::string>{"train.init", "sampler.solver", "sampler.steps", "data.hidden"});
  CATCH_CHECK(grid["properties"]["sampler.steps"] == Json::parse(R"({"type": "array", "minItems": 1,
                              "items": {"$ref": "#/properties/sampler/properties/steps"}})"));
}

CATCH_TEST_CASE("the reference has a table for each section and a row for each key", "[yaml]") {
  const std::string text = fm::reference_markdown(sample::Options{});
  const auto has = [&](const std::string& part) { return text.find(part) != std::string::npos; };
  CATCH_CHECK(text.starts_with("| key | type | default | values | meaning |\n| --- |"));
  CATCH_CHECK(has("| `name` | text | `pendulum` |  | names the run |\n"));
  CATCH_CHECK(has("\n### `train.rollout`\n\nrollouts during training\n\n| key |"));
  CATCH_CHECK(has("| `train.learning_rate` | a number | `0.001` | above 0 | the peak \\| of the schedule |\n"));
  CATCH_CHECK(has("| `train.init` | text or null | `null` |  | checkpoint to start from |\n"));
  CATCH_CHECK(has("| `sampler.solver` | text | `euler` | `euler`, `midpoint`, `heun`, `rk4` | the Runge"));
  CATCH_CHECK(has("| `data.hidden` | a list of whole numbers | `[256, 256]` | between 1 and 65536 | layer widths |\n"));
  CATCH_CHECK(has("| `seed` | a whole number | `0` | at least 0 |"));
  CATCH_CHECK(has("\n### `nothing`\n"));
}
