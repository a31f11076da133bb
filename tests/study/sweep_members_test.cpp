#include "libfm/study/sweep_members.hpp"

#include "tests/catch.hpp"
#include "tests/core/error_of.hpp"
#include "tests/core/temporary_folder.hpp"
#include "tests/experiment/tiny_experiment.hpp"

namespace {

using Points = std::vector<std::vector<std::string>>;

fm::SweepOptions options(const fm::SettingGrid& grid, const fm::SettingGrid& zip, std::vector<std::uint64_t> seeds) {
  return {.grid = grid, .zip = zip, .seeds = std::move(seeds)};
}

}  // namespace

CATCH_TEST_CASE("a sweep is every point of the grid with every row of zip, for every seed", "[sweep]") {
  const auto points =
      fm::sweep_points(options({{{"a", {"1", "2"}}}}, {{{"b", {"3", "4"}}, {"c", {"5", "6"}}}}, {7, 8}));
  CATCH_CHECK(points == Points{{"a=1", "b=3", "c=5", "seed=7"},
                               {"a=1", "b=3", "c=5", "seed=8"},
                               {"a=1", "b=4", "c=6", "seed=7"},
                               {"a=1", "b=4", "c=6", "seed=8"},
                               {"a=2", "b=3", "c=5", "seed=7"},
                               {"a=2", "b=3", "c=5", "seed=8"},
                               {"a=2", "b=4", "c=6", "seed=7"},
                               {"a=2", "b=4", "c=6", "seed=8"}});
  CATCH_CHECK(fm::sweep_points({}) == Points{{}});
}

CATCH_TEST_CASE("members are named by what differs, all differently", "[sweep]") {
  using Names = std::vector<std::string>;
  CATCH_CHECK(fm::member_names({{"collect.episodes=10", "seed=3"}}) == Names{"episodes-10_s3"});
  CATCH_CHECK(fm::member_names({{"network.mlp.hidden=[256, 256]"}, {"network.mlp.hidden=[8]"}}) ==
              Names{"hidden-256x256", "hidden-8"});
  CATCH_CHECK(fm::member_names({{"train.init=\"/a/b.safetensors\""}, {"train.init=\"/c/b.safetensors\""}}) ==
              Names{"init-b.safetensors", "init-b.safetensors-2"});
  CATCH_CHECK(fm::member_names({{"collect.episodes=10", "eval.episodes=20"}}) ==
              Names{"collect.episodes-10_eval.episodes-20"});
  CATCH_CHECK(fm::member_names({{}}) == Names{"run"});
  CATCH_CHECK(fm::member_names({{"x=../../etc", "y=a b;c\n"}}) == Names{"x-etc_y-ab-c-"});
}

CATCH_TEST_CASE("a member is the experiment with its settings, and without a sweep", "[sweep]") {
  const TemporaryFolder folder;
  const fm::Experiment sweep = fm::test::tiny_experiment(
      folder.path(), {"sweep.grid={collect.episodes: [2, 3]}", "sweep.seeds=[5]", "train.batch_size=32"});
  const auto members = fm::sweep_members(sweep);
  CATCH_REQUIRE(members.size() == 2);
  CATCH_CHECK(members[1].name == "episodes-3_s5");
  CATCH_CHECK(members[1].experiment.collect.episodes == 3);
  CATCH_CHECK(members[1].experiment.seed == 5);
  CATCH_CHECK(members[1].experiment.train.batch_size == 32);
  CATCH_CHECK(members[1].experiment.sweep.is_empty());
}

CATCH_TEST_CASE("contradictions of a sweep are refused, each by name", "[sweep]") {
  const TemporaryFolder folder;
  const auto problem = [&](const std::vector<std::string>& settings) {
    return error_of<fm::InputError>([&] { fm::test::tiny_experiment(folder.path(), settings); });
  };
  CATCH_CHECK(contains(problem({"sweep.grid={name: [a, b]}"}), "sweep.grid: name: decides where"));
  CATCH_CHECK(contains(problem({"sweep.grid={sweep.seeds: [[1]]}"}), "a sweep cannot vary itself"));
  CATCH_CHECK(contains(problem({"sweep.grid={seed: [1]}", "sweep.seeds=[1]"}), "sweep.seeds too"));
  CATCH_CHECK(contains(problem({"sweep.seeds=[1, 1]"}), "a seed twice"));
  CATCH_CHECK(contains(problem({"sweep.grid={train.epochs: [1, 1]}"}), "train.epochs: has a value twice"));
  CATCH_CHECK(contains(problem({"sweep.grid={train.epochs: [1]}", "sweep.zip={train.epochs: [1]}"}),
                       "is in sweep.grid and in sweep.zip"));
  CATCH_CHECK(contains(problem({"sweep.zip={train.epochs: [1, 2], train.batch_size: [8]}"}),
                       "train.batch_size has 1 values but train.epochs has 2"));
  CATCH_CHECK(contains(problem({"sweep.grid={train.epochs: [one]}"}), "sweep.grid.train.epochs[0]"));
}

CATCH_TEST_CASE("the problems of all members are reported at once, with the first member that has each", "[sweep]") {
  const TemporaryFolder folder;
  const fm::Experiment sweep =
      fm::test::tiny_experiment(folder.path(), {"sweep.grid={sampler.executed: [1, 2, 3]}", "sweep.seeds=[0, 1]"});
  const std::string problem = error_of<fm::InputError>([&] { fm::sweep_members(sweep); });
  CATCH_CHECK(contains(problem, "(first in executed-2_s0)"));
  CATCH_CHECK(contains(problem, "(first in executed-3_s0)"));
  CATCH_CHECK(std::ranges::count(problem, '\n') == 1);
}
