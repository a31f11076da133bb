#include "libfm/expert/optimal.hpp"

#include "libfm/core/atomic_file.hpp"
#include "libfm/core/error.hpp"
#include "tests/catch.hpp"

#include <unistd.h>

#include <cmath>
#include <numbers>
#include <string>

using fm::Matrix;
using fm::OptimalOptions;
using fm::ValueTable;
namespace fs = std::filesystem;

namespace {

constexpr OptimalOptions small{.resolution = 20, .torque_levels = 2};

/// A folder of this process, removed when it ends.
struct Folder {
  fs::path path = fs::temp_directory_path() / ("fm_optimal_test_" + std::to_string(::getpid()));
  Folder() { fs::remove_all(path); }
  ~Folder() { fs::remove_all(path); }

  fs::path only_file() const {
    CATCH_REQUIRE(std::distance(fs::directory_iterator(path), fs::directory_iterator()) == 1);
    return *fs::directory_iterator(path);
  }
};

std::string content(const fs::path& file) { return fm::read_file(file, 1 << 30); }

}  // namespace

CATCH_TEST_CASE("the table is computed once, kept in a file and read from it", "[optimal]") {
  const Folder cache;
  const ValueTable fresh = fm::optimal_values(small, {}, "");
  CATCH_CHECK(!fs::exists(cache.path));
  CATCH_CHECK(fm::optimal_values(small, {}, cache.path / "made").values() == fresh.values());
  const fs::path file = *fs::directory_iterator(cache.path / "made");
  const auto written = fs::last_write_time(file) - std::chrono::hours(1);
  fs::last_write_time(file, written);
  CATCH_CHECK(fm::optimal_values(small, {}, cache.path / "made").values() == fresh.values());
  CATCH_CHECK(fs::last_write_time(file) == written);
}

CATCH_TEST_CASE("a file with any damage is recomputed", "[optimal]") {
  const Folder cache;
  const ValueTable fresh = fm::optimal_values(small, {}, cache.path);
  const fs::path file = cache.only_file();
  const std::string whole = content(file);
  std::vector<std::string> damaged = {"", "x", whole.substr(0, whole.size() - 1), whole + "x"};
  for (const std::size_t at : {std::size_t{0}, std::size_t{9}, std::size_t{45}, std::size_t{80}, whole.size() - 1}) {
    damaged.push_back(whole);
    damaged.back()[at] = static_cast<char>(damaged.back()[at] ^ 1);
  }
  for (const std::string& text : damaged) {
    fm::write_file_atomically(file, text);
    CATCH_CHECK(fm::optimal_values(small, {}, cache.path).values() == fresh.values());
    CATCH_CHECK(content(file) == whole);
  }
}

CATCH_TEST_CASE("another pendulum or grid has another file, and another pendulum's file is not taken for its own",
                "[optimal]") {
  const Folder cache;
  const fm::PendulumOptions heavy{.mass = 1.1};
  fm::optimal_values(small, {}, cache.path);
  const fs::path file = cache.only_file();
  const ValueTable of_heavy = fm::optimal_values(small, heavy, cache.path);
  CATCH_CHECK(of_heavy.values() != fm::optimal_values(small, {}, cache.path).values());
  for (const fs::path& other : fs::directory_iterator(cache.path)) {
    if (other != file) fs::copy_file(file, other, fs::copy_options::overwrite_existing);
  }
  CATCH_CHECK(fm::optimal_values(small, heavy, cache.path).values() == of_heavy.values());
  fm::optimal_values({.resolution = 21, .torque_levels = 2}, {}, cache.path);
  fm::optimal_values({.resolution = 20, .torque_levels = 3}, {}, cache.path);
  fm::optimal_values(small, {.horizon = 50}, cache.path);  // the table does not depend on it
  CATCH_CHECK(std::distance(fs::directory_iterator(cache.path), fs::directory_iterator()) == 4);
}

CATCH_TEST_CASE("an unwritable folder is named in the error", "[optimal]") {
  const Folder cache;
  fm::optimal_values(small, {}, cache.path);
  const fs::path file = cache.only_file();
  try {
    fm::optimal_values(small, {}, file);
    CATCH_FAIL("a file was taken for a folder");
  } catch (const fm::MachineError& error) {
    CATCH_CHECK(std::string(error.what()).find(file.string()) != std::string::npos);
  }
}

CATCH_TEST_CASE("from hanging at rest the optimal controller costs the known optimum", "[optimal]") {
  // -297 by an independent value iteration on a fine grid.
  const fm::PendulumOptions pendulum;
  const OptimalOptions options;
  fm::Optimal policy(
      {options, pendulum, std::make_shared<const ValueTable>(fm::optimal_values(options, pendulum, ""))});
  fm::Pendulum env(pendulum, 1);
  env.set_states(std::vector{0}, fm::Matrix{{std::numbers::pi, 0.0}});
  fm::PolicyOutput output;
  fm::StepResult result;
  double total = 0.0;
  for (int step = 0; step < pendulum.horizon; ++step) {
    policy.act({env.observations(), env.goals(), std::vector<std::uint64_t>{0}, std::vector<std::uint32_t>{0}}, output);
    env.step(output.actions, result);
    total += result.rewards[0];
  }
  CATCH_CHECK(total > -299.0);
  CATCH_CHECK(total < -296.0);
  CATCH_CHECK(result.success[0] == 1);
}

CATCH_TEST_CASE("NaN is passed through", "[optimal]") {
  fm::Optimal policy({small, {}, std::make_shared<const ValueTable>(20, 8.0)});
  const Matrix observations{{NAN, 0.0f, 0.0f}, {1.0f, 0.0f, INFINITY}}, goals(2, 0);
  fm::PolicyOutput output;
  policy.act({observations, goals, std::vector<std::uint64_t>(2), std::vector<std::uint32_t>(2)}, output);
  CATCH_CHECK(!output.actions.array().isFinite().any());
}
