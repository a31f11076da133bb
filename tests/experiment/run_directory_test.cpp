#include "libfm/experiment/run_directory.hpp"

#include "libfm/config/print_config.hpp"
#include "libfm/core/atomic_file.hpp"
#include "libfm/core/error.hpp"

#include "tests/catch.hpp"
#include "tests/core/error_of.hpp"
#include "tests/core/temporary_folder.hpp"
#include "tests/experiment/tiny_experiment.hpp"

#include <nlohmann/json.hpp>

#include <optional>
#include <set>

namespace {

namespace fs = std::filesystem;

/// Settings of many kinds, none of them the default.
std::vector<std::string> unusual() {
  return {"seed=17",
          "eval.grid={sampler.steps: [1, 2], sampler.solver: [euler, heun]}",
          "policy.hidden=[omega]",
          "network.mlp.hidden=[8, 4]",
          "train.clip=null",
          "collect.noise=0.125",
          "policy.horizon.prediction=3",
          "sampler.executed=2",
          "train.init=somewhere/else"};
}

}  // namespace

CATCH_TEST_CASE("a run begins with its configuration and its provenance", "[run_directory]") {
  const TemporaryFolder folder;
  const fm::Experiment experiment = fm::test::tiny_experiment(folder.path(), unusual());
  const auto run = fm::RunDirectory::create(experiment, fm::LastStage::report);
  CATCH_CHECK(run.path().parent_path() == folder.path() / "tiny");
  CATCH_CHECK(contains(run.path().filename().string(), "_s17_"));
  std::set<std::string> files;
  for (const auto& entry : fs::directory_iterator(run.path())) files.insert(entry.path().filename().string());
  CATCH_CHECK(files == std::set<std::string>{"config.yaml", "provenance.json"});
  const auto origin = nlohmann::json::parse(fm::read_file(run.path() / "provenance.json", 1 << 20));
  CATCH_CHECK(origin.at("seed") == 17);
  for (const char* key : {"started", "git_commit", "cpu", "compiler", "libraries"})
    CATCH_CHECK(!origin.at(key).empty());
}

CATCH_TEST_CASE("a run's configuration read back is the experiment", "[run_directory]") {
  const TemporaryFolder folder;
  const fm::Experiment experiment = fm::test::tiny_experiment(folder.path(), unusual());
  fs::path path;
  {
    const auto run = fm::RunDirectory::create(experiment, fm::LastStage::report);
    path = run.path();
    CATCH_CHECK(fm::print_yaml(run.experiment()) == fm::print_yaml(experiment));
  }
  const std::string file = fm::read_file(path / "config.yaml", 1 << 20);
  CATCH_CHECK(file == fm::print_yaml(experiment));
  CATCH_CHECK(file == fm::print_yaml(fm::read_experiment(path / "config.yaml", {})));
  const auto opened = fm::RunDirectory::open(path);
  CATCH_CHECK(fm::print_yaml(opened.experiment()) == file);
  CATCH_CHECK(opened.path() == path);
  CATCH_CHECK(opened.experiment().eval.grid == experiment.eval.grid);
}

CATCH_TEST_CASE("how far a run goes is remembered", "[run_directory]") {
  const TemporaryFolder folder;
  const fm::Experiment experiment = fm::test::tiny_experiment(folder.path());
  for (const fm::LastStage stage : {fm::LastStage::train, fm::LastStage::report}) {
    fs::path path;
    {
      const auto run = fm::RunDirectory::create(experiment, stage);
      CATCH_CHECK(run.last_stage() == stage);
      path = run.path();
    }
    CATCH_CHECK(fm::RunDirectory::open(path).last_stage() == stage);
  }
}

CATCH_TEST_CASE("runs and demonstrations of the same second have folders of their own", "[run_directory]") {
  const TemporaryFolder folder;
  const fm::Experiment experiment = fm::test::tiny_experiment(folder.path());
  std::vector<fm::RunDirectory> runs;
  std::set<fs::path> paths;
  for (int i = 0; i < 5; ++i) {
    runs.push_back(fm::RunDirectory::create(experiment, fm::LastStage::train));
    paths.insert(runs.back().path());
    paths.insert(fm::create_demo_directory(experiment));
  }
  CATCH_CHECK(paths.size() == 10);
  for (const fs::path& path : paths) CATCH_CHECK(fs::is_directory(path));
  for (const fm::RunDirectory& run : runs) CATCH_CHECK(fs::exists(run.path() / "config.yaml"));
}

CATCH_TEST_CASE("what is no run directory is refused by its name", "[run_directory]") {
  const TemporaryFolder folder;
  fs::create_directory(folder / "empty");
  for (const char* name : {"empty", "nowhere"}) {
    const std::string path = (folder / name).string();
    CATCH_CHECK(contains(error_of<fm::InputError>([&] { fm::RunDirectory::open(path); }), path));
  }
  CATCH_CHECK(fs::is_empty(folder / "empty"));
}

CATCH_TEST_CASE("a configuration that was edited since the run began is refused by its keys", "[run_directory]") {
  const TemporaryFolder folder;
  const fm::Experiment experiment = fm::test::tiny_experiment(folder.path());
  const fs::path path = fm::RunDirectory::create(experiment, fm::LastStage::report).path();
  fm::Experiment edited = experiment;
  edited.train.epochs = 9;
  edited.sampler.solver = "heun";
  fm::write_file_atomically(path / "config.yaml", fm::print_yaml(edited));
  const std::string refusal = error_of<fm::InputError>([&] { fm::RunDirectory::open(path); });
  CATCH_CHECK(contains(refusal, "train.epochs=9"));
  CATCH_CHECK(contains(refusal, "sampler.solver=heun"));
  fm::write_file_atomically(path / "config.yaml", "# a remark\n" + fm::print_yaml(experiment));
  CATCH_CHECK_NOTHROW(fm::RunDirectory::open(path));
}

CATCH_TEST_CASE("a run can be made longer, and nothing else of it changed", "[run_directory]") {
  const TemporaryFolder folder;
  const fm::Experiment experiment = fm::test::tiny_experiment(folder.path(), {"train.epochs=5"});
  fs::path path;
  {
    auto run = fm::RunDirectory::create(experiment, fm::LastStage::report);
    path = run.path();
    CATCH_CHECK(contains(error_of<fm::InputError>([&] { run.change({"train.epochs=4"}); }), "train.epochs: 4"));
    CATCH_CHECK(contains(error_of<fm::InputError>([&] { run.change({"seed=4"}); }), "seed=4"));
    CATCH_CHECK(contains(error_of<fm::InputError>([&] { run.change({"train.steps=9000"}); }), "train.steps: has no"));
    CATCH_CHECK_THROWS_AS(run.change({"device=gpu"}), fm::InputError);
    run.change({"threads=1"});
    run.change({"train.epochs=8"});
    CATCH_CHECK(run.experiment().train.epochs == 8);
  }
  const auto opened = fm::RunDirectory::open(path);
  CATCH_CHECK(opened.experiment().train.epochs == 8);
  CATCH_CHECK(opened.experiment().threads == 1);
  CATCH_CHECK(opened.experiment().device == "cpu");
}

CATCH_TEST_CASE("a run that was changed half-way can be opened, with the old settings or the new", "[run_directory]") {
  for (const int in_file : {5, 8}) {  // provenance.json is written first: a kill leaves config.yaml with either
    const TemporaryFolder folder;
    fm::Experiment experiment = fm::test::tiny_experiment(folder.path(), {"train.epochs=5"});
    const fs::path path = fm::RunDirectory::create(experiment, fm::LastStage::report).path();
    const auto read = [&] { return nlohmann::json::parse(fm::read_file(path / "provenance.json", 1 << 20)); };
    auto origin = read();
    origin["previous_configuration"] = origin["configuration"];
    origin["configuration"]["train"]["epochs"] = 8;
    fm::write_file_atomically(path / "provenance.json", origin.dump());
    experiment.train.epochs = in_file;
    fm::write_file_atomically(path / "config.yaml", fm::print_yaml(experiment));
    CATCH_CHECK(fm::RunDirectory::open(path).experiment().train.epochs == in_file);
    CATCH_CHECK(!read().contains("previous_configuration"));
    CATCH_CHECK(read()["configuration"]["train"]["epochs"] == in_file);
    CATCH_CHECK(fm::RunDirectory::open(path).experiment().train.epochs == in_file);
  }
}

CATCH_TEST_CASE("a run that recorded a relative path is opened as it is", "[run_directory]") {
  const TemporaryFolder folder;
  fm::Experiment experiment = fm::test::tiny_experiment(folder.path());
  experiment.env.humanoid_motion.clip = "clips/walk.txt";
  const fs::path path = fm::RunDirectory::create(experiment, fm::LastStage::report).path();
  CATCH_CHECK(fm::RunDirectory::open(path).experiment().env.humanoid_motion.clip == "clips/walk.txt");
}

CATCH_TEST_CASE("a damaged provenance is refused by its name", "[run_directory]") {
  const TemporaryFolder folder;
  const fs::path path =
      fm::RunDirectory::create(fm::test::tiny_experiment(folder.path()), fm::LastStage::report).path();
  for (const char* content : {"", "{", "[1]", "{\"last_stage\": \"repOrt\"}"}) {
    fm::write_file_atomically(path / "provenance.json", content);
    CATCH_CHECK(contains(error_of<fm::InputError>([&] { fm::RunDirectory::open(path); }), "provenance.json"));
  }
}

CATCH_TEST_CASE("one process at a time works in a run", "[run_directory]") {
  const TemporaryFolder folder;
  std::optional<fm::RunDirectory> first =
      fm::RunDirectory::create(fm::test::tiny_experiment(folder.path()), fm::LastStage::train);
  const fs::path path = first->path();
  const std::string refusal = error_of<fm::InputError>([&] { fm::RunDirectory::open(path); });
  CATCH_CHECK(contains(refusal, path.string()));
  CATCH_CHECK(contains(refusal, "another process"));
  first.reset();
  std::optional<fm::RunDirectory> second = fm::RunDirectory::open(path);
  CATCH_CHECK_THROWS_AS(fm::RunDirectory::open(path), fm::InputError);
  const fm::RunDirectory moved = std::move(*second);  // the lock goes with it
  second.reset();
  CATCH_CHECK_THROWS_AS(fm::RunDirectory::open(path), fm::InputError);
}
