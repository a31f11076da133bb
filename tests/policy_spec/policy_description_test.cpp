#include "libfm/policy_spec/policy_description.hpp"

#include "libfm/core/error.hpp"
#include "libfm/core/json_options.hpp"
#include "libfm/task/environments.hpp"

#include "tests/catch.hpp"

#include <limits>

using fm::PolicyDescription;

namespace {

PolicyDescription example() {
  PolicyDescription d;
  d.spec = fm::make_env({}).spec;
  d.network.mlp.hidden = {17, 3};
  d.sampler = {.solver = "heun", .steps = 7};
  d.observations = {{0.1, 1.0 / 3, -2}, {1, 2e-3, 8}};
  d.actions = {{0}, {2}};
  return d;
}

std::string refusal(std::map<std::string, std::string> metadata) {
  try {
    fm::description_from_metadata(metadata, "file.safetensors");
  } catch (const fm::InputError& e) {
    return e.what();
  }
  return "";
}

}  // namespace

CATCH_TEST_CASE("a description is unchanged by a round trip through metadata", "[description]") {
  const PolicyDescription a = example();
  const PolicyDescription b = fm::description_from_metadata(fm::description_to_metadata(a), "here");
  CATCH_CHECK(b.spec == a.spec);
  CATCH_CHECK(fm::options_to_json(b.policy) == fm::options_to_json(a.policy));
  CATCH_CHECK(fm::options_to_json(b.network) == fm::options_to_json(a.network));
  CATCH_CHECK(fm::options_to_json(b.sampler) == fm::options_to_json(a.sampler));
  CATCH_CHECK(b.observations == a.observations);
  CATCH_CHECK(b.actions == a.actions);
  CATCH_CHECK(fm::description_to_metadata(b) == fm::description_to_metadata(a));
}

CATCH_TEST_CASE("invalid metadata is refused with its location", "[description]") {
  const auto good = fm::description_to_metadata(example());
  const auto with = [&](const std::string& key, const std::string& value) {
    auto metadata = good;
    metadata[key] = value;
    return refusal(metadata);
  };
  const auto has = [](const std::string& text, const char* part) { return text.find(part) != std::string::npos; };
  CATCH_CHECK(refusal(good).empty());
  CATCH_CHECK(has(refusal({}), "file.safetensors"));
  CATCH_CHECK(has(with("format_version", "4"), "format version 4"));
  CATCH_CHECK(has(with("format_version", "0"), "format version 0"));
  CATCH_CHECK(with("format_version", "1").empty());  // written by older releases
  CATCH_CHECK(has(with("sampler", "{\"solver\": \"euler\", \"steps\": -1}"), "sampler.steps"));
  CATCH_CHECK(has(with("sampler", "{\"solver\": \"ruler\", \"steps\": 1}"), "ruler"));
  CATCH_CHECK(has(with("network", "[]"), "network"));
  CATCH_CHECK(has(with("spec", "{"), "malformed"));
  CATCH_CHECK(has(with("normaliser", R"({"observations": {"offset": [0], "scale": [1]},
      "actions": {"offset": [0], "scale": [1]}, "goals": {"offset": [], "scale": []}})"),
                  "1 dimensions"));
  CATCH_CHECK(has(with("normaliser", R"({"observations": {"offset": [0, 0, 0], "scale": [1, 0, 1]},
      "actions": {"offset": [0], "scale": [1]}, "goals": {"offset": [], "scale": []}})"),
                  "a scale of 0"));
}

CATCH_TEST_CASE("bounds may be infinite: JSON's null", "[description]") {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  fm::PolicyDescription d = example();
  d.spec.observations[0].high = infinity;
  d.spec.actions[0] = {"force", "N", -infinity, infinity};
  const auto metadata = fm::description_to_metadata(d);
  CATCH_CHECK(metadata.at("spec").find("null") != std::string::npos);
  CATCH_CHECK(fm::description_from_metadata(metadata, "file").spec == d.spec);
  CATCH_CHECK(fm::spec_from_json(fm::spec_to_json(d.spec), "file") == d.spec);
}

CATCH_TEST_CASE("score is resolved when it is read: flow matching's target and a diffusion's path", "[description]") {
  fm::PolicyDescription d = example();
  d.policy.name = "score";
  const auto read = fm::description_from_metadata(fm::description_to_metadata(d), "file");
  CATCH_CHECK(read.policy.flow.target == "score");
  CATCH_CHECK(read.policy.flow.path.name == "variance_preserving");
}
