#include "libfm/core/free_mapping.hpp"
#include "libfm/config/print_config.hpp"
#include "libfm/config/reader.hpp"
#include "libfm/config/schema.hpp"
#include "libfm/core/error.hpp"
#include "libfm/core/json_options.hpp"
#include "tests/catch.hpp"
#include "tests/core/error_of.hpp"

namespace {

struct WithMapping {
  fm::FreeMapping arguments = {};

  template <class Visitor>
  void fields(Visitor& visit) {
    visit("arguments", arguments, "keyword arguments");
  }
};

WithMapping read_mapping(const std::string& text, const std::vector<std::string>& overrides = {}) {
  WithMapping options;
  fm::read_yaml_text(text, "x.yaml", overrides, options);
  return options;
}

}  // namespace

CATCH_TEST_CASE("a free mapping keeps the types of its values", "[yaml]") {
  const WithMapping options = read_mapping(
      "arguments:\n"
      "  mode: state\n"
      "  count: -3\n"
      "  scale: 1.5e-3\n"
      "  on: true\n"
      "  nothing: null\n"
      "  text: \"7\"\n"
      "  range: [0.5, .inside, +2]\n"
      "  deeper: {a: {b: 1}}\n");
  const auto expected = nlohmann::json::parse(
      R"({"mode": "state", "count": -3, "scale": 0.0015, "on": true, "nothing": null, "text": "7",
          "range": [0.5, ".inside", 2], "deeper": {"a": {"b": 1}}})");
  CATCH_CHECK(options.arguments.value == expected);
  CATCH_CHECK(options.arguments.value["count"].is_number_integer());
}

CATCH_TEST_CASE("a free mapping is read as it was printed, and from JSON", "[yaml]") {
  const WithMapping options = read_mapping("{}", {"arguments={a: [1, \"x: y\", 0.1], \"b c\": {on: false}}"});
  CATCH_CHECK(options.arguments.value.size() == 2);
  CATCH_CHECK(read_mapping(fm::print_yaml(options)).arguments == options.arguments);
  CATCH_CHECK(fm::options_from_json<WithMapping>(fm::options_to_json(options), "x").arguments == options.arguments);
  CATCH_CHECK(fm::differences(WithMapping(), options).size() == 1);
  CATCH_CHECK(fm::json_schema(WithMapping{}, "")["properties"]["arguments"]["type"] == "object");
}

CATCH_TEST_CASE("what is no mapping, or no JSON, is an error with its place", "[yaml]") {
  const auto error = [](const std::string& text) { return error_of<fm::InputError>([&] { read_mapping(text); }); };
  CATCH_CHECK(error("arguments: [1]\n") == "x.yaml:1:12: arguments: expects a mapping of any keys, found a list");
  CATCH_CHECK(error("arguments: {a: {b: [1, .inf]}}\n") == "x.yaml:1:24: arguments.a.b[1]: .inf is not finite");
  CATCH_CHECK(error("arguments: {a: True}\n") ==
              "x.yaml:1:16: arguments.a: True is not text to every reader of YAML (in quotes it is: \"True\")");
  CATCH_CHECK_THROWS_AS(fm::options_from_json<WithMapping>({{"arguments", {1}}}, "x"), fm::InputError);
}
