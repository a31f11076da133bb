#include "libfm/config/origin.hpp"

#include "libfm/config/print_config.hpp"
#include "libfm/config/reader.hpp"
#include "libfm/core/error.hpp"
#include "tests/catch.hpp"
#include "tests/config/sample_options.hpp"
#include "tests/core/error_of.hpp"
#include "tests/core/temporary_folder.hpp"

#include <algorithm>
#include <fstream>

namespace {

/// More steps than epochs are a contradiction, and so are rollouts at train.rollout without a file.
std::vector<fm::OptionProblem> check_sample(const sample::Options& options) {
  std::vector<fm::OptionProblem> found;
  if (options.sampler.steps > options.train.epochs) {
    found.push_back({{"sampler.steps", "train.epochs"}, "exceeds train.epochs"});
  }
  if (options.train.rollout.every > 100) found.push_back({{"train.rollout", "name"}, "is too rare"});
  return found;
}

std::string contradictions_in(const std::string& text, const std::vector<std::string>& overrides = {}) {
  sample::Options options;
  return error_of<fm::InputError>(
      [&] { fm::read_yaml_text<sample::Options>(text, "x.yaml", overrides, options, check_sample); });
}

}  // namespace

CATCH_TEST_CASE("a contradiction is reported with the places of all options that are given", "[origins]") {
  CATCH_CHECK(contradictions_in("sampler: {steps: 9}\ntrain: {epochs: 8}\n") ==
              "x.yaml:1:18: sampler.steps: exceeds train.epochs (with train.epochs at x.yaml:2:17)");
  CATCH_CHECK(contradictions_in("train: {epochs: 8}\n") == "x.yaml:1:17: sampler.steps: exceeds train.epochs");
  CATCH_CHECK(contradictions_in("train: {epochs: 8}\n", {"sampler.steps=9"}) ==
              "override 'sampler.steps=9': sampler.steps: exceeds train.epochs (with train.epochs at x.yaml:1:17)");
  CATCH_CHECK(contradictions_in("sampler: {steps: 9}\n", {"train={epochs: 8}"}) ==
              "x.yaml:1:18: sampler.steps: exceeds train.epochs (with train.epochs in override 'train={epochs: 8}')");
  CATCH_CHECK(contradictions_in("train:\n  rollout:\n    every: 101\n") == "x.yaml:3:12: train.rollout: is too rare");
}

CATCH_TEST_CASE("contradictions are reported beside other problems, unless these concern their options", "[origins]") {
  const std::string both = "x.yaml:1:18: sampler.steps: exceeds train.epochs (with train.epochs at x.yaml:2:17)\n";
  CATCH_CHECK(contradictions_in("sampler: {steps: 9}\ntrain: {epochs: 8, ema: 2, clip: 9}\n") ==
              both + "x.yaml:2:25: train.ema: must be at least 0 and below 1, found 2");
  CATCH_CHECK(contradictions_in("sampler: {steps: 9}\ntrain: {epochs: 8}\nnam: a\n") ==
              both + "x.yaml:3:1: nam: unknown key (did you mean name?)");
  for (const char* unknown : {"train: 3", "train: {epochs: x}", "train: {epochs: 8}\ntrain: {epochs: 9}", "train: [",
                              "train: {epochs: 8}\nbase: absent.yaml"}) {
    const std::string text = contradictions_in(std::string("sampler: {steps: 9}\n") + unknown + "\n");
    CATCH_CHECK_FALSE(text.empty());
    CATCH_CHECK(text.find("exceeds") == text.npos);
  }
  CATCH_CHECK(contradictions_in("train: {rollout: {every: 101, steps: 0}}\n").find("rare") == std::string::npos);
}

CATCH_TEST_CASE("the printed configuration says where each value is given", "[origins]") {
  const TemporaryFolder folder;
  const std::string base = (folder / "base.yaml").string(), file = (folder / "file.yaml").string();
  std::ofstream(base) << "# a comment\ntrain:\n  init: \"a # b\"\n  epochs: 3\nseed: 4\n";
  std::ofstream(file) << "base: base.yaml\nseed: 5\ndata: {files: [" << std::string(70, 'f') << "]}\n";
  sample::Options options;
  const fm::Origins origins = fm::read_yaml(file, std::vector<std::string>{"train={ema: 0.5}"}, options);
  const std::string text = fm::print_yaml(options, origins);
  CATCH_CAPTURE(text);
  const std::string longest = "  files: [" + std::string(70, 'f') + "]";
  const auto has = [&](std::string line, const std::string& origin) {
    line.resize(std::max<std::size_t>(line.size(), 60), ' ');
    return text.find(line + "  # " + origin + "\n") != text.npos;
  };
  CATCH_CHECK(has("name: pendulum", "default"));
  CATCH_CHECK(has("seed: 5", file + ":2"));
  CATCH_CHECK(has("  epochs: 3", base + ":4"));
  CATCH_CHECK(has("  init: \"a # b\"", base + ":3"));
  CATCH_CHECK(has("  ema: 0.5", "override"));
  CATCH_CHECK(has(longest, file + ":3"));
  CATCH_CHECK(text.find("\ntrain:\n") != text.npos);

  sample::Options again;
  fm::read_yaml_text(text, "printed", {}, again);
  CATCH_CHECK(again == options);
  CATCH_CHECK(fm::print_yaml(again) == fm::print_yaml(options));
  CATCH_CHECK(fm::print_yaml(sample::Options{}, {}, "as trained").starts_with("name: pendulum      "));
}

CATCH_TEST_CASE("a message that begins with an option is preceded by its origin", "[origins]") {
  sample::Options options;
  const fm::Origins origins =
      fm::read_yaml_text("train:\n  rollout: {every: 3}\n", "x.yaml", std::vector<std::string>{"seed=3"}, options);
  CATCH_CHECK(origins.located("train.rollout.every: is rare") == "x.yaml:2:20: train.rollout.every: is rare");
  CATCH_CHECK(origins.located("train: is slow: very") == "x.yaml:2:20: train: is slow: very");
  CATCH_CHECK(origins.located("seed: is odd") == "override 'seed=3': seed: is odd");
  CATCH_CHECK(origins.located("name: is a default") == "name: is a default");
  CATCH_CHECK(origins.located("a message") == "a message");
}
