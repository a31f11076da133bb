#include "libfm/config/config_field.hpp"

#include "tests/catch.hpp"
#include "tests/config/sample_options.hpp"

#include <string>
#include <vector>

CATCH_TEST_CASE("a description lists every field by its dotted key, and finds it by that key", "[yaml]") {
  sample::Options options;
  const fm::ConfigField root = fm::describe(options);
  std::vector<std::string> keys;
  for (const auto& [key, field] : fm::all_fields(root)) {
    keys.push_back(key);
    CATCH_CHECK(fm::find_field(root, key) == field);
  }
  CATCH_CHECK(keys == std::vector<std::string>{"name",
                                               "seed",
                                               "train",
                                               "train.epochs",
                                               "train.learning_rate",
                                               "train.ema",
                                               "train.init",
                                               "train.clip",
                                               "train.shuffle",
                                               "train.samples",
                                               "train.rollout",
                                               "train.rollout.every",
                                               "train.rollout.steps",
                                               "sampler",
                                               "sampler.solver",
                                               "sampler.steps",
                                               "data",
                                               "data.files",
                                               "data.hidden",
                                               "data.weights",
                                               "data.mask",
                                               "data.solvers",
                                               "nothing",
                                               "grid"});
  CATCH_CHECK(fm::find_field(root, "train.epochs.x") == nullptr);
  CATCH_CHECK(fm::find_field(root, "epochs") == nullptr);
  CATCH_CHECK(fm::find_field(root, "") == nullptr);
}

CATCH_TEST_CASE("bounds are described in words", "[yaml]") {
  CATCH_CHECK(fm::bounds_words({}).empty());
  CATCH_CHECK(fm::bounds_words(fm::between(1, 1e6)) == "between 1 and 1000000");
  CATCH_CHECK(fm::bounds_words(fm::at_least(0.5)) == "at least 0.5");
  CATCH_CHECK(fm::bounds_words(fm::above(0)) == "above 0");
  CATCH_CHECK(fm::bounds_words(fm::from_to_below(0, 1)) == "at least 0 and below 1");
}
