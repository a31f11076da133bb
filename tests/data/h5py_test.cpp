#include "libfm/core/error.hpp"

#include "tests/catch.hpp"
#include "tests/core/error_of.hpp"
#include "tests/core/temporary_folder.hpp"
#include "tests/data/sample_dataset.hpp"

#include <cstdlib>
#include <fstream>

namespace {

/// Runs a Python program with the file's path as its argument; true if it succeeded.
bool python(const TemporaryFolder& folder, const std::string& program, const std::filesystem::path& file) {
  std::ofstream(folder / "program.py") << program;
  const std::string command = "/usr/bin/python3 " + (folder / "program.py").string() + " " + file.string();
  return std::system(command.c_str()) == 0;
}

}  // namespace

CATCH_TEST_CASE("h5py reads what we write", "[h5py]") {
  const TemporaryFolder folder;
  fm::Dataset dataset = sample_dataset(2);
  dataset.uniform_states = {numbered(4, 3, 1), fm::Matrix(4, 0), numbered(4, 1, 2)};
  fm::write_dataset(folder / "data.h5", dataset);
  CATCH_CHECK(python(folder, R"(
import h5py, numpy as np, sys
with h5py.File(sys.argv[1]) as file:
    assert file.attrs["seed"] == 18446744073709551615 and file.attrs["noise"] == 0.1
    assert file.attrs["env"].decode() == "pendulum" and file.attrs["format_version"] == 1
    assert list(file["episodes"]) == ["0", "1"]
    one = file["episodes/1"]
    assert one.attrs["index"] == 1 and one.attrs["success"] == 1
    assert one["observations"].shape == (6, 3) and one["observations"].dtype == np.float32
    assert np.array_equal(one["observations"][:].ravel(), 1000 + np.arange(18) / 8)
    assert one["states"].dtype == np.float64
    assert np.array_equal(one["truncated"][:], [0, 0, 0, 0, 1]) and one["truncated"].dtype == np.uint8
    assert one["rewards"].fletcher32 and one["rewards"][3] == -0.1 * 3 - 1
    assert "goals" not in one and "executed_actions" not in one
    assert file["uniform_states/observations"].shape == (4, 3)
)",
                     folder / "data.h5"));
}

CATCH_TEST_CASE("we read the smallest file that the header of episode_file.hpp shows", "[h5py]") {
  const TemporaryFolder folder;
  CATCH_REQUIRE(python(folder, R"(
import h5py, numpy as np, sys
my_episodes = [(np.full((T + 1, 2), T, dtype=np.float64), np.ones((T, 1), dtype=">f4"), -np.arange(T) / 4)
               for T in range(1, 13)]
with h5py.File(sys.argv[1], "w") as file:
    for n, (observations, actions, rewards) in enumerate(my_episodes):  # (T + 1, O), (T, A), (T)
        episode = file.create_group(f"episodes/{n}")
        episode["observations"], episode["actions"], episode["rewards"] = observations, actions, rewards
)",
                       folder / "mine.h5"));
  const fm::Dataset dataset = fm::read_dataset(folder / "mine.h5");
  CATCH_REQUIRE(dataset.episodes.size() == 12);
  for (std::size_t n = 0; n < 12; ++n) {
    const fm::Episode e = *dataset.episodes[n];
    CATCH_CHECK(e.index == n);
    CATCH_REQUIRE(e.steps() == static_cast<Eigen::Index>(n) + 1);
    CATCH_CHECK(e.observations == fm::Matrix::Constant(e.steps() + 1, 2, static_cast<float>(n + 1)));
    CATCH_CHECK(e.actions == fm::Matrix::Ones(e.steps(), 1));
    CATCH_CHECK(e.rewards.back() == -static_cast<double>(n) / 4);
    CATCH_CHECK(e.truncated.back() == 1);
    CATCH_CHECK(e.terminated.back() == 0);
    CATCH_CHECK(e.goals.rows() == e.steps() + 1);
    CATCH_CHECK_FALSE(e.success);
  }
}

CATCH_TEST_CASE("h5py's bool, text attributes and gzip are read", "[h5py]") {
  const TemporaryFolder folder;
  CATCH_REQUIRE(python(folder, R"(
import h5py, numpy as np, sys
with h5py.File(sys.argv[1], "w") as file:
    file.attrs["env"], file.attrs["seed"], file.attrs["noise"] = "pendulum", 7, 2
    episode = file.create_group("episodes/0")
    episode.create_dataset("observations", data=np.ones((4, 2)), compression="gzip", shuffle=True)
    episode["actions"], episode["rewards"] = np.ones((3, 1)), np.ones(3)
    episode["terminated"] = np.array([False, False, True])
    episode["truncated"] = np.array([0, 0, 0], dtype=np.int64)
)",
                       folder / "mine.h5"));
  const fm::Dataset dataset = fm::read_dataset(folder / "mine.h5");
  CATCH_CHECK(dataset.info == fm::DatasetInfo{.env = "pendulum", .seed = 7, .noise = 2.0});
  const fm::Episode e = *dataset.episodes[0];
  CATCH_CHECK(e.observations == fm::Matrix::Ones(4, 2));
  CATCH_CHECK(e.terminated == std::vector<std::uint8_t>{0, 0, 1});
  CATCH_CHECK(e.truncated == std::vector<std::uint8_t>{0, 0, 0});
}

CATCH_TEST_CASE("h5py's other number types are read where float64 holds them exactly", "[h5py]") {
  const TemporaryFolder folder;
  CATCH_REQUIRE(python(folder, R"(
import h5py, numpy as np, sys
with h5py.File(sys.argv[1], "w") as file:
    shared = np.arange(8).reshape(4, 2)
    for n, kind in enumerate((np.float16, np.uint8, np.int64, ">f4", "<f8")):
        episode = file.create_group(f"episodes/{n}")
        episode.attrs["success"] = np.bool_(n % 2)
        episode["observations"] = shared.astype(kind)
        episode["actions"], episode["rewards"] = np.full((3, 1), n).astype(kind), np.ones(3, dtype=kind)
    last = file.create_group("episodes/5")
    last["observations"] = h5py.SoftLink("/episodes/0/observations")
    last["actions"], last["rewards"] = h5py.SoftLink("../4/actions"), np.ones(3)
    del last["actions"]
    last["actions"] = h5py.SoftLink("/episodes/4/actions")
)",
                       folder / "mine.h5"));
  const fm::Dataset dataset = fm::read_dataset(folder / "mine.h5");
  CATCH_REQUIRE(dataset.episodes.size() == 6);
  for (std::size_t n = 0; n < 6; ++n) {
    const fm::Episode e = *dataset.episodes[n];
    CATCH_CHECK(e.observations == fm::Matrix{{0, 1}, {2, 3}, {4, 5}, {6, 7}});
    CATCH_CHECK(e.actions == fm::Matrix::Constant(3, 1, static_cast<double>(std::min<std::size_t>(n, 4))));
    CATCH_CHECK(e.success == (n % 2 == 1 && n < 5));
  }
}

CATCH_TEST_CASE("flags that are neither 0 nor 1, long texts and empty giants are refused", "[h5py]") {
  const TemporaryFolder folder;
  const auto refusal = [&](const std::string& change) {
    CATCH_REQUIRE(python(folder, R"(
import h5py, numpy as np, sys
with h5py.File(sys.argv[1], "w") as file:
    for n in range(2):
        episode = file.create_group(f"episodes/{n}")
        episode["observations"], episode["actions"], episode["rewards"] = np.ones((4, 2)), np.ones((3, 1)), np.ones(3)
)" + change + "\n",
                         folder / "mine.h5"));
    return error_of<fm::InputError>([&] { fm::read_dataset(folder / "mine.h5"); });
  };
  CATCH_CHECK(contains(refusal("    episode['terminated'] = np.array([0, -1, 0])"), "row 1 is neither 0 nor 1"));
  CATCH_CHECK(contains(refusal("    file.attrs['env'] = 'x' * 70000000"), "attribute 'env' has 70000000 bytes"));
  CATCH_CHECK(contains(refusal("    episode.attrs['index'] = 0"), "has the same index 0 as /episodes/0"));
  CATCH_CHECK(
      contains(refusal("    del episode['observations']; episode.create_dataset('observations', (4, 30000000))"),
               "implausible"));
}
