#include "libfm/config/yaml_files.hpp"

#include "libfm/config/reader.hpp"
#include "libfm/core/error.hpp"
#include "tests/catch.hpp"
#include "tests/config/sample_options.hpp"
#include "tests/core/error_of.hpp"
#include "tests/core/temporary_folder.hpp"

#include <fstream>

namespace {

/// Files in a folder of their own.
class BaseFolder {
 public:
  void write(const std::string& name, const std::string& text) const {
    std::filesystem::create_directories((folder_ / name).parent_path());
    std::ofstream(folder_ / name) << text;
  }
  std::string path(const std::string& name) const { return (folder_ / name).string(); }

  sample::Options read(const std::string& name, const std::vector<std::string>& overrides = {}) const {
    sample::Options options;
    fm::read_yaml(folder_ / name, overrides, options);
    return options;
  }

  /// The error of reading, with the folder's path left out.
  std::string refusal(const std::string& name, const std::vector<std::string>& overrides = {}) const {
    std::string text = error_of<fm::InputError>([&] { read(name, overrides); });
    for (std::size_t at; (at = text.find(path(""))) != text.npos;) text.erase(at, path("").size());
    return text;
  }

 private:
  TemporaryFolder folder_;
};

}  // namespace

CATCH_TEST_CASE("a file overrides its bases: sections key by key, all other values as a whole", "[bases]") {
  const BaseFolder folder;
  folder.write("shared/first.yaml",
               "name: first\ntrain: {epochs: 1, ema: 0.1, rollout: {every: 1}}\n"
               "data: {hidden: [1, 2, 3]}\ngrid: {sampler.steps: [1, 2]}\n");
  folder.write("second.yaml", "name: second\ntrain: {epochs: 2}\n");
  folder.write("file.yaml",
               "base: [shared/first.yaml, second.yaml]\ntrain: {rollout: {steps: 3}}\ndata: {hidden: [4]}\n"
               "grid: {sampler.solver: [heun]}\n");
  const auto options = folder.read("file.yaml", {"train.ema=0.5"});
  CATCH_CHECK(options.name == "second");
  CATCH_CHECK(options.train.epochs == 2);
  CATCH_CHECK(options.train.ema == 0.5);
  CATCH_CHECK(options.train.rollout == sample::Rollout{.every = 1, .steps = 3});
  CATCH_CHECK(options.data.hidden == std::vector{4});
  CATCH_CHECK(options.grid.axes ==
              std::vector{std::pair{std::string("sampler.solver"), std::vector<std::string>{"heun"}}});
}

CATCH_TEST_CASE("bases are relative to the file that names them, and may have bases", "[bases]") {
  const BaseFolder folder;
  folder.write("root.yaml", "seed: 7\nname: root\n");
  folder.write("a/middle.yaml", "base: ../root.yaml\nname: middle\n");
  folder.write("b/file.yaml", "base: ../a/middle.yaml\n");
  CATCH_CHECK(folder.read("b/file.yaml").seed == 7);
  CATCH_CHECK(folder.read("b/file.yaml").name == "middle");
  folder.write("c.yaml", "base: " + folder.path("root.yaml") + "\n");
  CATCH_CHECK(folder.read("c.yaml").seed == 7);
}

CATCH_TEST_CASE("two bases may have the same base; each file is applied after its own bases", "[bases]") {
  const BaseFolder folder;
  folder.write("root.yaml", "seed: 1\nname: root\nsampler: {steps: 1}\n");
  folder.write("x.yaml", "base: root.yaml\nname: x\nsampler: {steps: 2}\n");
  folder.write("y.yaml", "base: root.yaml\nseed: 3\n");
  folder.write("file.yaml", "base: [x.yaml, y.yaml]\n");
  const auto options = folder.read("file.yaml");
  CATCH_CHECK(options.seed == 3);
  CATCH_CHECK(options.name == "root");  // of y with its base, which comes after x
  CATCH_CHECK(options.sampler.steps == 1);
  folder.write("twice.yaml", "base: [x.yaml, y.yaml, x.yaml]\n");
  CATCH_CHECK(folder.read("twice.yaml").name == "x");

  folder.write("0.yaml", "seed: 9\n");
  for (int i = 1; i < 60; ++i) {
    folder.write(fmt::format("{}.yaml", i), fmt::format("base: [{0}.yaml, {0}.yaml]\n", i - 1));
  }
  CATCH_CHECK(folder.read("59.yaml").seed == 9);
}

CATCH_TEST_CASE("a cycle of bases is refused with its chain", "[bases]") {
  const BaseFolder folder;
  folder.write("a.yaml", "base: b.yaml\n");
  folder.write("b.yaml", "seed: 1\nbase: [c.yaml, a.yaml]\n");
  folder.write("c.yaml", "base: ./c.yaml\n");
  CATCH_CHECK(folder.refusal("a.yaml") ==
              "c.yaml:1:7: base: the files are based on one another: c.yaml -> c.yaml\n"
              "b.yaml:2:16: base: the files are based on one another: a.yaml -> b.yaml -> a.yaml");
}

CATCH_TEST_CASE("the problems of all files are reported at once, each in its file", "[bases]") {
  const BaseFolder folder;
  folder.write("base.yaml", "seed: x\ntrain: {epoch: 3}\ntrain: {}\n");
  folder.write("empty.yaml", "");
  folder.write("large.yaml", "# " + std::string(1 << 20, 'x') + "\n");
  folder.write("file.yaml", "base: [base.yaml, é, absent.yaml, empty.yaml, ., large.yaml]\nsampler: {steps: 0}\n");
  CATCH_CHECK(folder.refusal("file.yaml", {"data.hidden=[0]"}) ==
              "base.yaml:1:7: seed: expects a whole number, found text \"x\"\n"
              "base.yaml:2:9: train.epoch: unknown key (did you mean epochs?)\n"
              "base.yaml:3:1: train: is given twice, first on line 2\n"
              "empty.yaml:1:1: is empty: it needs at least one key, or {} for all defaults\n"
              "file.yaml:1:19: base: é: No such file or directory\n"
              "file.yaml:1:22: base: absent.yaml: No such file or directory\n"
              "file.yaml:1:47: base: : is a directory, where a YAML file is expected\n"
              "file.yaml:1:50: base: large.yaml: is larger than 1 MiB, the limit for a configuration file\n"
              "file.yaml:2:18: sampler.steps: must be between 1 and 10000, found 0\n"
              "override 'data.hidden=[0]': data.hidden[0]: must be between 1 and 65536, found 0");
}

CATCH_TEST_CASE("a base is one file or a list of files, at the top of a file", "[bases]") {
  const BaseFolder folder;
  const auto refusal = [&](const std::string& text, const std::vector<std::string>& overrides = {}) {
    folder.write("file.yaml", text);
    return folder.refusal("file.yaml", overrides);
  };
  CATCH_CHECK(refusal("base: 3\n") ==
              "file.yaml:1:7: base[0]: expects text, found the number 3 (in quotes it is text: \"3\")");
  CATCH_CHECK(refusal("base: []\n") == "file.yaml:1:7: base: needs 1 to 100 elements, found 0");
  CATCH_CHECK(refusal("base:\n") == "file.yaml:1:1: base: expects a list of texts, found null");
  CATCH_CHECK(refusal("base: [[a]]\n") == "file.yaml:1:8: base[0]: expects text, found a list");
  CATCH_CHECK(refusal("train: {base: a}\n") == "file.yaml:1:9: train.base: can only be given at the top of a file");
  CATCH_CHECK(refusal("{}", {"base=a"}) == "override 'base=a': base: can only be given in a file");
  CATCH_CHECK(refusal("base: \"a\\nb\"\n") == "file.yaml:1:7: base: a\\nb: No such file or directory");
  CATCH_CHECK(refusal("bas: a\n") == "file.yaml:1:1: bas: unknown key (did you mean base?)");

  folder.write("file.yaml", "base: other.yaml\n");
  folder.write("other.yaml", "seed: x\n");
  sample::Options options;
  const auto read_complete = [&] {
    fm::read_yaml<sample::Options>(folder.path("file.yaml"), {}, options, {}, fm::Bases::refused);
  };
  CATCH_CHECK(error_of<fm::InputError>(read_complete) ==
              folder.path("file.yaml") + ":1:7: base: cannot be used here: this configuration must be complete");
}
