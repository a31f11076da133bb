#include "libfm/env/collector.hpp"

#include "libfm/core/error.hpp"
#include "libfm/core/parallel.hpp"
#include "tests/catch.hpp"
#include "tests/core/error_of.hpp"
#include "tests/env/early_ending_env.hpp"

#include <cmath>
#include <map>

namespace {

/// Pushes by observation, goal, episode and step, without memory. Its extra is the episode.
class Pushes final : public fm::Policy {
 public:
  void reset(int, std::span<const int>) override {}
  void act(const fm::PolicyInput& input, fm::PolicyOutput& output) override {
    output.actions.resize(input.observations.rows(), 1);
    for (Eigen::Index i = 0; i < input.observations.rows(); ++i) {
      const auto k = static_cast<std::size_t>(i);
      output.actions(i, 0) = std::sin(input.observations(i, 0) + input.goals(i, 0) + 0.1 * input.steps[k]);
      output.extras(i, 0) = static_cast<double>(input.episodes[k]);
    }
  }
  std::vector<std::string> extras() const override { return {"episode"}; }
};

const fm::PolicyFactory pushes = [] { return std::make_unique<Pushes>(); };
const fm::RandomStream initial(5, "reinforcement");

fm::Collector collector(int copies, const fm::CollectorState* state = nullptr) {
  return {fm::test::EarlyEndingEnv::factory(), pushes, initial, copies, state};
}

void check_equal(const fm::Segment& a, const fm::Segment& b) {
  CATCH_CHECK(a.observations == b.observations);
  CATCH_CHECK(a.goals == b.goals);
  CATCH_CHECK(a.extras == b.extras);
  CATCH_CHECK(a.rewards == b.rewards);
  CATCH_CHECK(a.terminated == b.terminated);
  CATCH_CHECK(a.ended == b.ended);
  CATCH_CHECK(a.cuts == b.cuts);
  CATCH_CHECK(a.cut_observations == b.cut_observations);
  CATCH_REQUIRE(a.episodes.size() == b.episodes.size());
  for (std::size_t i = 0; i < a.episodes.size(); ++i) {
    CATCH_CHECK(a.episodes[i].number == b.episodes[i].number);
    CATCH_CHECK(a.episodes[i].total_reward == b.episodes[i].total_reward);
  }
}

}  // namespace

CATCH_TEST_CASE("segments hold the steps of a rollout's episodes", "[collector]") {
  constexpr int copies = 11, steps = 17;
  fm::Collector collecting = collector(copies);
  const auto episodes = fm::rollout(fm::test::EarlyEndingEnv::factory(), pushes, {.episodes = 400, .initial = initial});
  std::map<std::uint64_t, Eigen::Index> at;  // steps so far of each episode
  std::size_t ended = 0;
  for (int s = 0; s < 4; ++s) {
    const fm::Segment segment = collecting.collect(steps);
    CATCH_REQUIRE(segment.observations.rows() == copies * steps);
    std::size_t cut = 0;
    std::map<std::int64_t, Eigen::Index> cut_at;
    for (const std::int64_t row : segment.cuts) cut_at[row] = static_cast<Eigen::Index>(cut++);
    for (Eigen::Index row = 0; row < copies * steps; ++row) {
      const auto i = static_cast<std::size_t>(row);
      const auto number = static_cast<std::uint64_t>(segment.extras(row, 0));
      CATCH_REQUIRE(number % copies == static_cast<std::uint64_t>(row % copies));
      const fm::Episode& e = episodes.at(number);
      const Eigen::Index t = at[number]++;
      CATCH_REQUIRE(segment.observations.row(row) == e.observations.row(t));
      CATCH_REQUIRE(segment.goals.row(row) == e.goals.row(t));
      CATCH_REQUIRE(segment.rewards[i] == e.rewards[static_cast<std::size_t>(t)]);
      CATCH_REQUIRE((segment.terminated[i] != 0) == (e.terminated[static_cast<std::size_t>(t)] != 0));
      CATCH_REQUIRE((segment.ended[i] != 0) == (t + 1 == e.steps()));
      const bool is_last = row >= copies * (steps - 1);
      const bool is_cut = e.terminated[static_cast<std::size_t>(t)] == 0 && (is_last || t + 1 == e.steps());
      CATCH_REQUIRE(cut_at.contains(row) == is_cut);
      if (is_cut) CATCH_CHECK(segment.cut_observations.row(cut_at[row]) == e.observations.row(t + 1));
    }
    for (const fm::EndedEpisode& e : segment.episodes) {
      CATCH_CHECK(e.total_reward == episodes.at(e.number).total_reward());
      CATCH_CHECK(e.steps == episodes.at(e.number).steps());
      CATCH_CHECK(e.success == episodes.at(e.number).success);
      ++ended;
    }
  }
  CATCH_CHECK(ended > 20);
}

CATCH_TEST_CASE("segments are bit-identical for any threads", "[collector]") {
  const int threads = fm::threads();
  fm::set_threads(1);
  fm::Collector one = collector(20);
  const fm::Segment first = one.collect(30), second = one.collect(30);
  fm::set_threads(3);
  fm::Collector more = collector(20);
  check_equal(more.collect(30), first);
  check_equal(more.collect(30), second);
  fm::set_threads(threads);
}

CATCH_TEST_CASE("a collector goes on from a state as if it had not stopped", "[collector]") {
  for (const int before : {0, 1, 25, 61}) {
    fm::Collector whole = collector(13);
    if (before > 0) whole.collect(before);
    const fm::CollectorState state = whole.state();
    fm::Collector resumed = collector(13, &state);
    const fm::CollectorState again = resumed.state();
    CATCH_CHECK(again.episodes == state.episodes);
    CATCH_CHECK(again.actions == state.actions);
    CATCH_CHECK(again.observations == state.observations);
    for (int i = 0; i < 3; ++i) check_equal(resumed.collect(20), whole.collect(20));
  }
}

CATCH_TEST_CASE("a state that its actions do not lead to is refused", "[collector]") {
  fm::Collector whole = collector(3);
  whole.collect(7);
  fm::CollectorState state = whole.state();
  state.observations(1, 0) += 1e-12;
  CATCH_CHECK(contains(error_of<fm::InputError>([&] { collector(3, &state); }), "is not deterministic: episode"));
}

CATCH_TEST_CASE("a reward that is not finite is an error with copy, episode and step", "[collector]") {
  class Failing final : public fm::Policy {
   public:
    void reset(int, std::span<const int>) override {}
    void act(const fm::PolicyInput& input, fm::PolicyOutput& output) override {
      output.actions.setZero(input.observations.rows(), 1);
      for (std::size_t i = 0; i < input.steps.size(); ++i) {
        if (input.episodes[i] == 4 && input.steps[i] == 1) output.actions(static_cast<Eigen::Index>(i), 0) = NAN;
      }
    }
  };
  fm::Collector collecting(
      fm::test::EarlyEndingEnv::factory(), [] { return std::make_unique<Failing>(); }, initial, 5);
  CATCH_CHECK(contains(error_of<fm::InputError>([&] { collecting.collect(9); }), "at step 2 of episode 4 (copy 4)"));
}
