#include "libfm/data/episode_file.hpp"

#include "libfm/core/atomic_file.hpp"
#include "libfm/core/error.hpp"
#include "tests/catch.hpp"
#include "tests/core/error_of.hpp"
#include "tests/core/full_disk.hpp"
#include "tests/core/temporary_folder.hpp"
#include "tests/data/sample_dataset.hpp"

namespace fs = std::filesystem;

namespace {

std::string bytes_of(const fs::path& file) { return fm::read_file(file, 1 << 28); }

}  // namespace

CATCH_TEST_CASE("a dataset comes back as it was written", "[episode_file]") {
  const TemporaryFolder folder;
  const fs::path file = folder / "data.h5";
  fm::Dataset dataset = sample_dataset(12);  // 10 and 11 sort before 2 by name
  CATCH_SECTION("with neither goals nor noise nor uniform states") {}
  CATCH_SECTION("with goals") {
    change_episodes(dataset, [&](fm::Episode& e) { e.goals = numbered(e.observations.rows(), 2, -5); });
  }
  CATCH_SECTION("without states") {
    change_episodes(dataset, [&](fm::Episode& e) { e.states.resize(e.observations.rows(), 0); });
  }
  CATCH_SECTION("with executed actions") {
    change_episodes(dataset, [&](fm::Episode& e) { e.executed_actions = numbered(e.steps(), 1, 7); });
  }
  CATCH_SECTION("with uniform states") {
    dataset.uniform_states = {numbered(9, 3, 1), fm::Matrix(9, 0), numbered(9, 1, 2)};
  }
  CATCH_SECTION("with goals and uniform states") {
    change_episodes(dataset, [&](fm::Episode& e) { e.goals = numbered(e.observations.rows(), 2, -5); });
    dataset.uniform_states = {numbered(9, 3, 1), numbered(9, 2, 3), numbered(9, 1, 2)};
  }
  CATCH_SECTION("with an episode that was terminated") {
    change_episode(dataset, 3, [](fm::Episode& e) {
      e.terminated.back() = 1;
      e.truncated.back() = 0;
    });
  }
  CATCH_SECTION("with arrays of several chunks") {
    dataset.uniform_states = {numbered(200001, 3, 1), fm::Matrix(200001, 0), numbered(200001, 1, 2)};
  }
  CATCH_SECTION("without episodes") { dataset.episodes = {}; }
  fm::write_dataset(file, dataset);
  CATCH_CHECK(same(fm::read_dataset(file), dataset));
  const std::string bytes = bytes_of(file);
  fm::write_dataset(file, dataset);
  CATCH_CHECK(bytes_of(file) == bytes);
}

CATCH_TEST_CASE("a full disk leaves the old dataset in place, and the program continues", "[episode_file]") {
  const TemporaryFolder folder;
  const fs::path file = folder / "data.h5";
  const fm::Dataset old = sample_dataset(1);
  fm::write_dataset(file, old);
  {
    const FullDisk full(fs::file_size(file));
    const std::string message = error_of<fm::MachineError>([&] { fm::write_dataset(file, sample_dataset(20)); });
    CATCH_CHECK(contains(message, file.string() + ": cannot be written"));
  }
  CATCH_CHECK(same(fm::read_dataset(file), old));
  fm::write_dataset(file, sample_dataset(20));
  CATCH_CHECK(same(fm::read_dataset(file), sample_dataset(20)));
}
