#include "libfm/config/reader.hpp"

#include "libfm/core/error.hpp"
#include "tests/catch.hpp"
#include "tests/config/sample_options.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <limits>
#include <optional>
#include <string>
#include <vector>

namespace {

using Overrides = std::vector<std::string>;

sample::Options read(const std::string& text, const Overrides& overrides = {}) {
  sample::Options options;
  fm::read_yaml_text(text, "x.yaml", overrides, options);
  return options;
}

/// The error message; empty if the text is accepted.
std::string told(const std::string& text, const Overrides& overrides = {}) {
  sample::Options options;
  try {
    fm::read_yaml_text(text, "x.yaml", overrides, options);
  } catch (const fm::InputError& error) {
    CATCH_CHECK(options == sample::Options{});
    return error.what();
  }
  return "";
}

std::string told_of_override(const std::string& text) { return told("{}", {text}); }

std::string repeated(const std::string& text, int times) {
  std::string all;
  for (int i = 0; i < times; ++i) all += text;
  return all;
}

}  // namespace

CATCH_TEST_CASE("every kind of field is read, and fields that are not given keep their values", "[yaml]") {
  const auto options = read(
      "name: 'my run'\n"
      "seed: 18446744073709551615\n"
      "train:\n"
      "  learning_rate: 3e-4\n"
      "  init: runs/a/best.safetensors\n"
      "  clip: null\n"
      "  shuffle: false\n"
      "  samples: -9223372036854775808\n"
      "  rollout: {every: 0}\n"
      "data: {files: [a.h5, \"20\"], hidden: [64, 32, 16], weights: [1, .5, +2.e0], mask: [], solvers: [euler, rk4]}\n"
      "nothing: {}\n"
      "grid: {sampler.steps: [1, 2], data.hidden: [[64, 64], []], train.init: [null, \"7\"]}\n");
  sample::Options expected;
  expected.name = "my run";
  expected.seed = 18446744073709551615u;
  expected.train.learning_rate = 3e-4;
  expected.train.init = "runs/a/best.safetensors";
  expected.train.clip = std::nullopt;
  expected.train.shuffle = false;
  expected.train.samples = std::numeric_limits<std::int64_t>::min();
  expected.train.rollout.every = 0;
  expected.data = {.files = {"a.h5", "20"},
                   .hidden = {64, 32, 16},
                   .weights = {1.0, 0.5, 2.0},
                   .mask = {},
                   .solvers = {"euler", "rk4"}};
  expected.grid.axes = {
      {"sampler.steps", {"1", "2"}}, {"data.hidden", {"[64, 64]", "[]"}}, {"train.init", {"null", "\"7\""}}};
  CATCH_CHECK(options == expected);
  CATCH_CHECK(read("{}") == sample::Options{});
  CATCH_CHECK(read("\xEF\xBB\xBF%YAML 1.2\r\n---\r\nseed: 3 # three\r\n").seed == 3);
}

CATCH_TEST_CASE("overrides take precedence over the file, and later ones over earlier ones", "[yaml]") {
  const auto options =
      read("train: {epochs: 5, ema: 0.5}\n",
           {"train.epochs=20", "data.hidden=[64,64]", "train.init=null", "grid={sampler.steps: [1, 2]}",
            "train.rollout={every: 3}", "name=a=b", "train.epochs=21"});
  CATCH_CHECK(options.train.epochs == 21);
  CATCH_CHECK(options.train.ema == 0.5);
  CATCH_CHECK(options.train.rollout == sample::Rollout{.every = 3, .steps = 10});
  CATCH_CHECK(options.data.hidden == std::vector{64, 64});
  CATCH_CHECK(options.grid.axes.size() == 1);
  CATCH_CHECK(options.name == "a=b");

  sample::Options changed;
  fm::apply_overrides(changed, Overrides{"sampler.steps=3"});
  CATCH_CHECK(changed.sampler.steps == 3);
}

CATCH_TEST_CASE("all problems are reported at once, in the order of the text", "[yaml]") {
  CATCH_CHECK(
      told("nam: a\n"
           "train:\n"
           "  epochs: 0\n"
           "  ema: 1\n"
           "  ema: 0.5\n"
           "  batch: &b 3\n"
           "sampler:\n"
           "  solver: rk5\n"
           "data: {hidden: [64, x, 0]}\n"
           "grid: {sampler.step: [1], seed: [2], sampler: [3], sampler.steps: [0, 1], data.hidden: [], grid: [{}]}\n",
           {"train.epoch=3", "sampler.steps=0"}) ==
      "x.yaml:1:1: nam: unknown key (did you mean name?)\n"
      "x.yaml:3:11: train.epochs: must be between 1 and 1000000, found 0\n"
      "x.yaml:4:8: train.ema: must be at least 0 and below 1, found 1\n"
      "x.yaml:5:3: train.ema: is given twice, first on line 4\n"
      "x.yaml:6:3: train.batch: unknown key\n"
      "x.yaml:6:10: train.batch: anchors (&name) are not supported: write the value where it is needed\n"
      "x.yaml:8:11: sampler.solver: 'rk5' is not one of euler, midpoint, heun, rk4 (did you mean rk4?)\n"
      "x.yaml:9:21: data.hidden[1]: expects a whole number, found text \"x\"\n"
      "x.yaml:9:24: data.hidden[2]: must be between 1 and 65536, found 0\n"
      "x.yaml:10:8: grid.sampler.step: there is no such option (did you mean sampler.steps?)\n"
      "x.yaml:10:27: grid.seed: cannot be varied here, only sampler, data.hidden, train.init can\n"
      "x.yaml:10:38: grid.sampler: is a section: name one of its options\n"
      "x.yaml:10:68: grid.sampler.steps[0]: must be between 1 and 10000, found 0\n"
      "x.yaml:10:88: grid.data.hidden: expects a list of values, found an empty one\n"
      "x.yaml:10:92: grid.grid: is a mapping, which cannot be varied: start a run for each\n"
      "override 'train.epoch=3': train.epoch: unknown key (did you mean epochs?)\n"
      "override 'sampler.steps=0': sampler.steps: must be between 1 and 10000, found 0");
}

CATCH_TEST_CASE("unknown keys are reported with suggestions", "[yaml]") {
  CATCH_CHECK(told("epochs: 3") == "x.yaml:1:1: epochs: unknown key (did you mean train.epochs?)");
  CATCH_CHECK(told("train: {solver: rk4}") == "x.yaml:1:9: train.solver: unknown key (did you mean sampler.solver?)");
  CATCH_CHECK(told("steps: 3") ==
              "x.yaml:1:1: steps: unknown key (did you mean train.rollout.steps or sampler.steps?)");
  CATCH_CHECK(told("train.epochs: 3") ==
              "x.yaml:1:1: train.epochs: unknown key (in YAML, nest it: train: {epochs: ...})");
  CATCH_CHECK(told("zzz: 3") == "x.yaml:1:1: zzz: unknown key");
  CATCH_CHECK(told_of_override("tran.epochs=3") ==
              "override 'tran.epochs=3': tran.epochs: unknown key (did you mean train.epochs?)");
  CATCH_CHECK(told_of_override("rollout.every=3") ==
              "override 'rollout.every=3': rollout.every: unknown key (did you mean train.rollout.every?)");
  CATCH_CHECK(told_of_override("seed.x=3") == "override 'seed.x=3': seed.x: unknown key (did you mean seed?)");
}

CATCH_TEST_CASE("values of the wrong type are refused, naming the expected and the found type", "[yaml]") {
  const auto wrong = [](const std::string& key, const std::string& value, const std::string& problem) {
    CATCH_CHECK(told_of_override(key + "=" + value) == "override '" + key + "=" + value + "': " + key + ": " + problem);
  };
  for (const std::string key : {"train.epochs", "train.samples", "seed"}) {
    wrong(key, "1e2", "expects a whole number, found the number 1e2 (write 100)");
    wrong(key, "20.5", "expects a whole number, found the number 20.5");
    wrong(key, "010", "expects a whole number, found the number 010 (write 10)");
    wrong(key, "20x", "expects a whole number, found text \"20x\"");
    wrong(key, "0x10", "expects a whole number, found text \"0x10\"");
    wrong(key, "'20'", "expects a whole number, found text \"20\"");
    wrong(key, "true", "expects a whole number, found true");
    wrong(key, "null", "expects a whole number, found null");
    wrong(key, "[1]", "expects a whole number, found a list");
  }
  wrong("train.epochs", "3000000000", "3000000000 is outside the range of whole numbers, -2147483648 to 2147483647");
  wrong("train.samples", "9223372036854775808",
        "9223372036854775808 is outside the range of whole numbers, -9223372036854775808 to 9223372036854775807");
  wrong("seed", "-1", "-1 is outside the range of whole numbers, 0 to 18446744073709551615");

  wrong("train.learning_rate", ".nan", "expects a number, found the number .nan");
  wrong("train.learning_rate", "-.inf", "expects a number, found the number -.inf");
  wrong("train.learning_rate", "inf", "expects a number, found text \"inf\"");
  wrong("train.learning_rate", "1e", "expects a number, found text \"1e\"");
  wrong("train.learning_rate", "1.0.0", "expects a number, found text \"1.0.0\"");
  wrong("train.learning_rate", "1_000", "expects a number, found text \"1_000\"");
  wrong("train.learning_rate", "1e999", "1e999 is too large or too small for a 64-bit float");
  wrong("train.learning_rate", "0", "must be above 0, found 0");
  wrong("train.learning_rate", "-1e-9", "must be above 0, found -1e-9");
  wrong("train.clip", "0.4", "must be at least 0.5, found 0.4");
  wrong("train.clip", "x", "expects a number or null, found text \"x\"");
  wrong("train.shuffle", "yes", "expects true or false, found text \"yes\"");
  wrong("train.shuffle", "True", "expects true or false, found text \"True\"");
  wrong("train.shuffle", "1", "expects true or false, found the number 1");
  wrong("train.shuffle", "\"true\"", "expects true or false, found text \"true\"");
  wrong("name", "2024", "expects text, found the number 2024 (in quotes it is text: \"2024\")");
  wrong("name", "true", "expects text, found true (in quotes it is text: \"true\")");
  for (const std::string text : {"True", "FALSE", "0x1F", "0o17"}) {
    wrong("name", text, text + " is not text to every reader of YAML (in quotes it is: \"" + text + "\")");
    CATCH_CHECK(told_of_override("name='" + text + "'").empty());
  }
  CATCH_CHECK(read("name: 0xyz\n").name == "0xyz");
  wrong("name", "~", "expects text, found null");
  wrong("name", "{a: 1}", "expects text, found a section");
  wrong("name", "\"a\\0b\"", "text cannot contain a NUL character");
  wrong("data.hidden", "64", "expects a list of whole numbers, found the number 64 (write [64])");
  wrong("data.hidden", "null", "expects a list of whole numbers, found null");
  wrong("train", "3", "expects a section of keys, found the number 3");
  wrong("grid", "[1]", "expects keys with lists of values, found a list");
  wrong("train.init", "", "has no value (null and '' are values)");
  wrong("train.init", "#a", "has no value (null and '' are values)");
  wrong("train.init", "[a", "is not valid YAML: a '[' before here is not closed");
  // yaml-cpp 0.8 adds the anchor's name.
  CATCH_CHECK(told_of_override("train.init=*a")
                  .starts_with("override 'train.init=*a': train.init: is not valid YAML: the referenced anchor is not "
                               "defined"));

  CATCH_CHECK(told("train:\nname: a\n") ==
              "x.yaml:1:1: train: expects a section of keys, found null (leave the key out, or write {})");
  CATCH_CHECK(told_of_override("seed") == "override 'seed': expects KEY=VALUE, like train.epochs=20");
  CATCH_CHECK(told_of_override("=3") == "override '=3': expects KEY=VALUE, like train.epochs=20");
}

CATCH_TEST_CASE("bounds hold exactly at the limits of 64-bit integers", "[yaml]") {
  CATCH_CHECK(read("train: {samples: 9223372036854775807}").train.samples == 9223372036854775807);
  CATCH_CHECK(read("{seed: -0, train: {samples: -0}}").seed == 0);
  CATCH_CHECK(read("train: {learning_rate: 4.9e-324}").train.learning_rate == 4.9e-324);
  CATCH_CHECK(read("train: {ema: 0, epochs: 1000000, rollout: {steps: 10000}}").train.epochs == 1000000);
  CATCH_CHECK(told("train: {ema: 0.99999999999999994}").empty());
  CATCH_CHECK_FALSE(told("train: {epochs: 1000001}").empty());
}

CATCH_TEST_CASE("YAML features that a configuration does not allow are refused", "[yaml]") {
  CATCH_CHECK(told("train: &x [*x]") ==
              "x.yaml:1:8: train: anchors (&name) are not supported: write the value where it is needed\n"
              "x.yaml:1:8: train: expects a section of keys, found a list\n"
              "x.yaml:1:12: train[0]: aliases (*name) are not supported: write the value out");
  CATCH_CHECK(told("train: {<<: {epochs: 3}, epochs: 4}") ==
              "x.yaml:1:9: train: merge keys (<<) are not supported: write the keys out");
  CATCH_CHECK(told("seed: 1\n---\nseed: 2\n") == "x.yaml:2:1: a second document begins here: only one is read");
  CATCH_CHECK(told("seed: 1\n...\nfoo\n") == "x.yaml:3:1: a second document begins here: only one is read");
  CATCH_CHECK(told("seed: !!int '3'\n") == "x.yaml:1:7: seed: tags are not supported: remove 'tag:yaml.org,2002:int'");
  CATCH_CHECK(told("train: !a {epochs: 3}\n") == "x.yaml:1:8: train: tags are not supported: remove '!a'");
  CATCH_CHECK(told("? [a, b]\n: c\n~: 3\n") == "x.yaml:1:3: a key must be text\nx.yaml:3:1: a key must be text");
  for (const std::string text : {"", "# nothing\n", "---\n", "null\n", "\n\n"}) {
    CATCH_CHECK(told(text) == "x.yaml:1:1: is empty: it needs at least one key, or {} for all defaults");
  }
  CATCH_CHECK(told("- 1\n") == "x.yaml:1:1: expects `key: value` lines at the top, found a list");
  CATCH_CHECK(told("abc\n") == "x.yaml:1:1: expects `key: value` lines at the top, found text \"abc\"");
}

CATCH_TEST_CASE("invalid YAML is refused at the place of the error", "[yaml]") {
  CATCH_CHECK(told("train:\n\tepochs: 1\n") ==
              "x.yaml:2:8: is not valid YAML: the indentation contains a tab: YAML requires spaces");
  CATCH_CHECK(told("name: a: b\n") ==
              "x.yaml:1:8: is not valid YAML: a ':' is out of place (wrong indentation, or text "
              "with ': ' that needs quotes)");
  CATCH_CHECK(told("seed: 1\nname: \"a\ntrain: {epochs: 3}\n") ==
              "x.yaml:2:7: name: is not valid YAML: the quote that opens here is not closed");
  CATCH_CHECK(told("name: 'it''s\n") == "x.yaml:1:7: name: is not valid YAML: the quote that opens here is not closed");
  CATCH_CHECK(told("name: \"a\\\"b\n") ==
              "x.yaml:1:7: name: is not valid YAML: the quote that opens here is not closed");
  CATCH_CHECK(told("name: \"a\" b\n") ==
              "x.yaml:1:11: is not valid YAML: unexpected text after the end of a value (an extra quote?)");
  CATCH_CHECK(told("data: {files: [é, ü], hidden: [x]}") ==
              "x.yaml:1:32: data.hidden[0]: expects a whole number, found text \"x\"");
  CATCH_CHECK(told("seed: 1\nname: \xFF\n") == "x.yaml:2:7: is not UTF-8 text");
  CATCH_CHECK(told("name: \xC0\xAF\n") == "x.yaml:1:7: is not UTF-8 text");
  CATCH_CHECK(told("name: \xED\xA0\x80\n") == "x.yaml:1:7: is not UTF-8 text");
  CATCH_CHECK(told("name: \xC3") == "x.yaml:1:7: is not UTF-8 text");
  CATCH_CHECK(told(std::string("name: a\0b\n", 10)) ==
              "x.yaml:1:8: contains a control character (code 0): is this a text file?");
  CATCH_CHECK(told("name: a\x04\nzzz: 3\n") ==
              "x.yaml:1:8: contains a control character (code 4): is this a text file?");
  CATCH_CHECK(told_of_override("name=\xFF") == "override 'name=?': is not UTF-8 text");
}

CATCH_TEST_CASE("malicious texts are rejected quickly", "[yaml]") {
  for (const std::string piece :
       {"[", "{", "- ", "a: ", "{a: ", "? ", "[a,", "!", "&a ", ",", ":", "|", "'", "\"", "*a "}) {
    CATCH_CHECK_FALSE(told(repeated(piece, 99999)).empty());
    CATCH_CHECK_FALSE(told("name: " + repeated(piece, 99999)).empty());
  }
  CATCH_CHECK(told("name: " + repeated("[", 64)).find("name") != std::string::npos);
  CATCH_CHECK(told("name: " + repeated("[", 100000)).find("is nested deeper than 64 levels") != std::string::npos);

  std::string bomb = "a0: &a0 [x]\n";
  for (int i = 1; i <= 9; ++i) {
    bomb += fmt::format("a{0}: &a{0} [{1}*a{2}]\n", i, repeated(fmt::format("*a{}, ", i - 1), 8), i - 1);
  }
  CATCH_CHECK(told(bomb).find("aliases (*name) are not supported") != std::string::npos);

  std::string many;
  for (int i = 0; i < 60000; ++i) many += fmt::format("k{0}: {0}\n", i);
  const std::string answer = told(many);
  CATCH_CHECK(std::count(answer.begin(), answer.end(), '\n') == 50);
  CATCH_CHECK(answer.ends_with("and 59950 more"));
  CATCH_CHECK(told(repeated("seed: 1\n", 60000)).ends_with("and 59949 more"));
}

CATCH_TEST_CASE("a problem is one line, whatever the length and content of the value", "[yaml]") {
  const std::string answer = told("name: {\"a\\nb\": 1}\nseed: \"x\\n\\e[31m" + repeated("é", 1000) + "\"\n");
  CATCH_CHECK(std::count(answer.begin(), answer.end(), '\n') == 1);
  CATCH_CHECK(answer.find("x\\n\\x1b[31m") != std::string::npos);
  CATCH_CHECK(answer.size() < 200);
  CATCH_CHECK(answer.ends_with("é...\""));
}

CATCH_TEST_CASE("errors name files that cannot be read as an experiment", "[yaml]") {
  const auto folder = std::filesystem::temp_directory_path() / "fm_yaml_reader_test";
  std::filesystem::create_directories(folder);
  const auto told_of_file = [](const std::filesystem::path& file) -> std::string {
    sample::Options options;
    try {
      fm::read_yaml(file, {}, options);
    } catch (const fm::InputError& error) {
      return error.what();
    }
    return "";
  };
  const auto name = [&](const char* file) { return (folder / file).string(); };

  CATCH_CHECK(told_of_file(folder / "absent.yaml") == name("absent.yaml") + ": No such file or directory");
  CATCH_CHECK(told_of_file(folder) == folder.string() + ": is a directory, where a YAML file is expected");

  std::ofstream(name("large.yaml")) << "# " << repeated("x", 1 << 20) << "\n";
  CATCH_CHECK(told_of_file(folder / "large.yaml").find("is larger than 1 MiB") != std::string::npos);

  std::ofstream(name("wrong.yaml")) << "seed: x\n";
  CATCH_CHECK(told_of_file(folder / "wrong.yaml").find(name("wrong.yaml") + ":1:7: seed: ") == 0);

  std::ofstream(name("right.yaml")) << "seed: 3\n";
  sample::Options options;
  fm::read_yaml(folder / "right.yaml", Overrides{"name=b"}, options);
  CATCH_CHECK(options.seed == 3);
  CATCH_CHECK(options.name == "b");
  std::filesystem::remove_all(folder);
}
