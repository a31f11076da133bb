#include "libfm/config/print_config.hpp"

#include "libfm/config/reader.hpp"
#include "libfm/config/yaml_text.hpp"
#include "libfm/core/random.hpp"
#include "tests/catch.hpp"
#include "tests/config/sample_options.hpp"

#include <bit>
#include <cmath>

namespace {

sample::Options read_sample(const std::string& text) {
  sample::Options options;
  fm::read_yaml_text(text, "printed", {}, options);
  return options;
}

/// Any finite double >= low, over all exponents.
double any_number(fm::Draws& draws, double low) {
  for (;;) {
    const double number = std::bit_cast<double>((std::uint64_t{draws.bits()} << 32) | draws.bits());
    if (std::isfinite(number) && number >= low) return number;
  }
}

/// Texts that YAML readers do not read as text, and random ones.
std::string any_text(fm::Draws& draws) {
  const std::vector<std::string> traps = {
      "",         " ",    "~",    "null",       "Null",         "true",         "No",       "on",  "20",   "1e3",
      ".5",       ".inf", "0x1F", "-",          "- a",          "a: b",         "a:",       "#a",  "a #b", "'a'",
      "\"a\"",    "[a]",  "{a}",  "*a",         "&a",           "!a",           "%a",       "@a",  "`a`",  "a\\b",
      "a\nb",     "\ta ", "<<",   "2026-11-23", "1:30",         "\r\n",         "|",        "> a", "?",    "=",
      "é ü 日本", "😀",    "\x7F", "\xC2\x85",   "\xE2\x80\xA8", "\xEF\xBB\xBF", "a\x1b[0m", "---"};
  const std::uint32_t i = draws.below(static_cast<std::uint32_t>(traps.size()) * 2);
  if (i < traps.size()) return traps[i];
  std::string text;
  for (std::uint32_t n = draws.below(12); n > 0; --n) text += static_cast<char>(1 + draws.below(127));
  return text;
}

sample::Options any_options(fm::Draws& draws) {
  sample::Options options;
  options.name = any_text(draws);
  options.seed = (std::uint64_t{draws.bits()} << 32) | draws.bits();
  options.train.learning_rate = any_number(draws, 5e-324);
  options.train.samples = static_cast<std::int64_t>((std::uint64_t{draws.bits()} << 32) | draws.bits());
  options.train.shuffle = draws.below(2) == 0;
  if (draws.below(2) == 0) options.train.init = any_text(draws);
  if (draws.below(2) == 0) options.train.clip = std::nullopt;
  for (std::uint32_t n = draws.below(4); n > 0; --n) {
    options.data.files.push_back(any_text(draws));
    options.data.weights.push_back(any_number(draws, 0.0));
    options.data.mask.push_back(draws.below(2) == 0);
    options.data.hidden.push_back(static_cast<int>(1 + draws.below(65536)));
  }
  if (draws.below(2) == 0) options.grid.axes = {{"sampler.steps", {"1", "2"}}, {"train.init", {"null", "\"7\""}}};
  return options;
}

}  // namespace

CATCH_TEST_CASE("the printed configuration is complete", "[yaml]") {
  CATCH_CHECK(fm::print_yaml(sample::Options{}) ==
              "name: pendulum\n"
              "seed: 0\n"
              "train:\n"
              "  epochs: 150\n"
              "  learning_rate: 0.001\n"
              "  ema: 0.995\n"
              "  init: null\n"
              "  clip: 1.0\n"
              "  shuffle: true\n"
              "  samples: -1\n"
              "  rollout:\n"
              "    every: 25\n"
              "    steps: 10\n"
              "sampler:\n"
              "  solver: euler\n"
              "  steps: 20\n"
              "data:\n"
              "  files: []\n"
              "  hidden: [256, 256]\n"
              "  weights: [0.5, 1.0]\n"
              "  mask: [true, false]\n"
              "  solvers: [rk4]\n"
              "nothing: {}\n"
              "grid: {}\n");
}

CATCH_TEST_CASE("arbitrary options read back equal from their printed form, and print to the same bytes", "[yaml]") {
  const fm::RandomStream stream(0, "options");
  for (std::uint64_t i = 0; i < 1000; ++i) {
    fm::Draws draws = stream.at(i);
    const sample::Options options = any_options(draws);
    const std::string text = fm::print_yaml(options);
    CATCH_CAPTURE(text);
    const sample::Options again = read_sample(text);
    CATCH_REQUIRE(again == options);
    CATCH_REQUIRE(fm::print_yaml(again) == text);
  }
}

CATCH_TEST_CASE("differences are the overrides that turn one into the other", "[yaml]") {
  const fm::RandomStream stream(1, "options");
  for (std::uint64_t i = 0; i < 200; ++i) {
    fm::Draws draws = stream.at(i);
    const sample::Options a = any_options(draws), b = any_options(draws);
    sample::Options changed = a;
    fm::apply_overrides(changed, fm::differences(a, b));
    CATCH_REQUIRE(changed == b);
    CATCH_REQUIRE(fm::differences(a, a).empty());
  }
  sample::Options other;
  other.sampler.steps = 5;
  other.train.init = "a b";
  other.grid.axes = {{"sampler.steps", {"1", "2"}}};
  CATCH_CHECK(fm::differences(sample::Options{}, other) ==
              std::vector<std::string>{"train.init=\"a b\"", "sampler.steps=5", "grid={sampler.steps: [1, 2]}"});
}

CATCH_TEST_CASE("numbers are written in their shortest form, with a dot", "[yaml]") {
  CATCH_CHECK(fm::number_to_yaml(0.001) == "0.001");
  CATCH_CHECK(fm::number_to_yaml(3e-4) == "0.0003");
  CATCH_CHECK(fm::number_to_yaml(1.0) == "1.0");
  CATCH_CHECK(fm::number_to_yaml(-0.0) == "-0.0");
  CATCH_CHECK(fm::number_to_yaml(1e-7) == "1.0e-07");
  CATCH_CHECK(fm::number_to_yaml(1.5e-7) == "1.5e-07");
  CATCH_CHECK(fm::number_to_yaml(1e22) == "1.0e+22");
  CATCH_CHECK(fm::number_to_yaml(0.1 + 0.2) == "0.30000000000000004");
}
