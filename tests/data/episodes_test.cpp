#include "libfm/data/episodes.hpp"

#include "libfm/core/error.hpp"
#include "tests/catch.hpp"
#include "tests/core/error_of.hpp"
#include "tests/core/full_disk.hpp"
#include "tests/core/temporary_folder.hpp"
#include "tests/data/sample_dataset.hpp"

#include <cstdlib>

namespace {

/// Limits the memory of episodes while it exists.
class LittleMemory {
 public:
  explicit LittleMemory(std::uint64_t bytes) { fm::set_episode_memory(bytes); }
  ~LittleMemory() { fm::set_episode_memory(std::uint64_t{4} << 30); }
};

bool equal(const fm::Episodes& a, const fm::Episodes& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](const fm::Episode& x, const fm::Episode& y) { return same(x, y) && x.extras == y.extras; });
}

fm::Episodes sample_episodes() {
  fm::Episodes episodes = sample_dataset(9).episodes;
  fm::Episode odd = sample_episode(9, 6);
  odd.executed_actions = numbered(6, 1, 3);
  odd.goals = numbered(7, 2, -5);
  odd.extras = numbered(6, 2, 50);
  odd.rewards.clear();
  odd.terminated.back() = 1;
  episodes.push_back(odd);
  return episodes;
}

}  // namespace

CATCH_TEST_CASE("episodes beyond the memory are the same as those in it", "[episodes]") {
  const fm::Episodes all = sample_episodes();
  for (const std::uint64_t bytes : {0, 1, 3000, 1 << 30}) {
    const LittleMemory memory(bytes);
    const fm::Episodes some = sample_episodes();
    CATCH_REQUIRE(some.size() == 10);
    CATCH_CHECK(equal(some, all));
    for (std::size_t i = 0; i < some.size(); ++i) {
      CATCH_CHECK(same(*some[i], *all[i]));
      CATCH_CHECK(some.steps(i) == all[i]->steps());
      CATCH_CHECK(some.index(i) == all[i]->index);
    }
    CATCH_CHECK(equal(fm::Episodes(some), all));
  }
}

CATCH_TEST_CASE("sequences are joined, chosen from and renumbered, in memory or not", "[episodes]") {
  for (const std::uint64_t bytes : {0, 3000, 1 << 30}) {
    const LittleMemory memory(bytes);
    fm::Episodes joined = sample_episodes();
    fm::Episodes more = sample_episodes();
    const fm::Episodes before = more;
    joined.append(std::move(more));
    CATCH_REQUIRE(joined.size() == 20);
    const std::vector<std::size_t> positions = {19, 3, 3, 10};
    const fm::Episodes chosen = joined.subset(positions);
    joined.renumber();
    for (std::size_t i = 0; i < 20; ++i) {
      CATCH_CHECK(joined.index(i) == i);
      CATCH_CHECK(joined[i]->index == i);
      CATCH_CHECK(joined[i]->observations == sample_episodes()[i % 10]->observations);
    }
    CATCH_CHECK(equal(before, sample_episodes()));  // shared, and not changed
    CATCH_REQUIRE(chosen.size() == 4);
    for (std::size_t k = 0; k < 4; ++k) CATCH_CHECK(same(*chosen[k], *sample_episodes()[positions[k] % 10]));
  }
}

CATCH_TEST_CASE("a temporary file that cannot be made or written is an error that names the folder", "[episodes]") {
  const LittleMemory memory(0);
  const TemporaryFolder folder;
  const auto with_folder = [&](const std::filesystem::path& path) {
    ::setenv("TMPDIR", path.c_str(), 1);
    const std::string error = error_of<fm::MachineError>([] { sample_episodes(); });
    ::unsetenv("TMPDIR");
    return error;
  };
  CATCH_CHECK(
      contains(with_folder(folder / "none"), (folder / "none").string() + ": no temporary file can be created"));
  {
    const FullDisk full(100);
    CATCH_CHECK(contains(with_folder(folder.path()), "a temporary file cannot be written"));
  }
  CATCH_CHECK(std::filesystem::is_empty(folder.path()));  // nothing is left there
}
