// The C interface and its shared library, as used by a control program.

#include "libfm/realtime/policy.h"
#include "libfm/realtime/realtime_policy.hpp"

#include "tests/catch.hpp"
#include "tests/core/error_of.hpp"
#include "tests/core/temporary_folder.hpp"
#include "tests/realtime/small_checkpoint.hpp"

#include <array>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <limits>

namespace {

struct Closing {
  void operator()(fm_policy* policy) const { fm_policy_close(policy); }
};
using OpenPolicy = std::unique_ptr<fm_policy, Closing>;

std::string written(const TemporaryFolder& folder, const fm::PolicyDescription& d) {
  const auto file = folder.path() / "policy.safetensors";
  fm::write_safetensors(file, fm::test::small_checkpoint(d));
  return file.string();
}

/// What a shell command prints; its exit status must be 0.
std::string output_of(const std::string& command) {
  CATCH_INFO(command);
  FILE* pipe = popen(("{ " + command + "; } 2>&1").c_str(), "r");
  CATCH_REQUIRE(pipe != nullptr);
  std::string text;
  std::array<char, 4096> part;
  while (std::fgets(part.data(), part.size(), pipe) != nullptr) text += part.data();
  CATCH_INFO(text);
  CATCH_REQUIRE(pclose(pipe) == 0);
  return text;
}

const std::filesystem::path library = FM_POLICY_LIBRARY;

}  // namespace

CATCH_TEST_CASE("the C interface acts as the policy does", "[policy_c]") {
  const TemporaryFolder folder;
  fm::PolicyDescription d = fm::test::small_policy("pendulum_target");
  d.policy.horizon.prediction = 3;
  const std::string file = written(folder, d);
  const fm_policy_options options{.seed = 9, .weights = FM_POLICY_FLOAT32};
  const OpenPolicy opened(fm_policy_open(file.c_str(), &options, nullptr, 0));
  CATCH_REQUIRE(opened != nullptr);
  CATCH_CHECK(fm_policy_observation_size(opened.get()) == std::ssize(d.spec.observations));
  CATCH_CHECK(fm_policy_goal_size(opened.get()) == 1);
  CATCH_CHECK(fm_policy_action_size(opened.get()) == 1);
  CATCH_CHECK(fm_policy_noise_size(opened.get()) == 3);

  fm::RealtimePolicy policy(fm::load_realtime(file), fm::RandomStream(9, "noise"));
  fm::PolicyOutput output;
  fm::Matrix observation(1, d.spec.observations.size()), goal = fm::Matrix::Constant(1, 1, 0.3);
  for (const std::uint64_t episode : {0, 4}) {
    fm_policy_reset(opened.get(), episode);
    policy.reset(1, std::vector{0});
    for (std::uint32_t step = 0; step < 4; ++step) {
      observation.setConstant(0.1 * step);
      policy.act({observation, goal, {&episode, 1}, {&step, 1}}, output);
      double action = 0.0;
      CATCH_CHECK(fm_policy_act(opened.get(), observation.data(), goal.data(), nullptr, &action) == 0);
      CATCH_CHECK(action == output.actions(0, 0));
    }
  }
}

CATCH_TEST_CASE("the C interface accepts noise, and reports an action that is not finite", "[policy_c]") {
  const TemporaryFolder folder;
  const OpenPolicy policy(fm_policy_open(written(folder, fm::test::small_policy()).c_str(), nullptr, nullptr, 0));
  CATCH_REQUIRE(policy != nullptr);
  const auto act = [&](const std::array<double, 3>& observation, double noise) {
    double action = 0.0;
    const int status = fm_policy_act(policy.get(), observation.data(), nullptr, &noise, &action);
    return std::pair(status, action);
  };
  CATCH_CHECK(act({1, 0, 0}, 0.5) == act({1, 0, 0}, 0.5));
  CATCH_CHECK(act({1, 0, 0}, 0.5) != act({1, 0, 0}, -0.5));
  CATCH_CHECK(act({std::numeric_limits<double>::quiet_NaN(), 0, 0}, 0.5).first == 1);
}

CATCH_TEST_CASE("an observation that is not finite invalidates only its own step, for any history", "[policy_c]") {
  const TemporaryFolder folder;
  fm::PolicyDescription d = fm::test::small_policy();
  d.policy.horizon.prediction = 4;
  d.sampler.executed = 2;
  d.sampler.warm_start = 0.3;
  d.sampler.ensemble = 0.5;
  const OpenPolicy policy(fm_policy_open(written(folder, d).c_str(), nullptr, nullptr, 0));
  CATCH_REQUIRE(policy != nullptr);
  const auto status = [&](double first) {
    const std::array<double, 3> observation = {first, 0, 0};
    double action = 0.0;
    return fm_policy_act(policy.get(), observation.data(), nullptr, nullptr, &action);
  };
  CATCH_CHECK(status(1) == 0);
  CATCH_CHECK(status(1) == 0);
  CATCH_CHECK(status(std::numeric_limits<double>::quiet_NaN()) == 1);
  for (int i = 0; i < 6; ++i) CATCH_CHECK(status(1) == 0);
}

CATCH_TEST_CASE("a policy with a goal does not act without one, and a path is required", "[policy_c]") {
  const TemporaryFolder folder;
  const std::string file = written(folder, fm::test::small_policy("pendulum_target"));
  const OpenPolicy policy(fm_policy_open(file.c_str(), nullptr, nullptr, 0));
  CATCH_REQUIRE(policy != nullptr);
  const std::array<double, 3> observation = {1, 0, 0};
  double action = 0.0, goal = 0.1;
  CATCH_CHECK(fm_policy_act(policy.get(), observation.data(), nullptr, nullptr, &action) == 1);
  CATCH_CHECK(fm_policy_act(policy.get(), observation.data(), &goal, nullptr, &action) == 0);
  std::array<char, 200> error{};
  CATCH_CHECK(fm_policy_open(nullptr, nullptr, error.data(), error.size()) == nullptr);
  CATCH_CHECK(contains(error.data(), "checkpoint path is NULL"));
  CATCH_CHECK(fm_policy_open((folder / "no\nsuch").c_str(), nullptr, error.data(), error.size()) == nullptr);
  CATCH_CHECK(contains(error.data(), "no such"));  // in one line
  fm_policy_options unknown{};
  const int number = 7;
  std::memcpy(&unknown.weights, &number, sizeof number);
  CATCH_CHECK(fm_policy_open(file.c_str(), &unknown, error.data(), error.size()) == nullptr);
  CATCH_CHECK(contains(error.data(), "weights is 7"));
}

CATCH_TEST_CASE("without a valid action the caller's is left as it was", "[policy_c]") {
  const TemporaryFolder folder;
  const OpenPolicy policy(fm_policy_open(written(folder, fm::test::small_policy()).c_str(), nullptr, nullptr, 0));
  CATCH_REQUIRE(policy != nullptr);
  const std::array<double, 3> observation = {std::numeric_limits<double>::infinity(), 0, 0};
  double action = 0.75;
  CATCH_CHECK(fm_policy_act(policy.get(), observation.data(), nullptr, nullptr, &action) == 1);
  CATCH_CHECK(action == 0.75);
}

CATCH_TEST_CASE("rows act as policies of their own", "[policy_c]") {
  const TemporaryFolder folder;
  fm::PolicyDescription d = fm::test::small_policy("pendulum_target");
  d.policy.horizon = {.observations = 2, .prediction = 3, .largest_delay = 1};
  d.sampler.executed = 2;
  d.sampler.delay = 1;
  d.sampler.prefix = "trained";
  d.sampler.rate_limit = {20.0};
  const std::string file = written(folder, d);
  const OpenPolicy together(fm_policy_open(file.c_str(), nullptr, nullptr, 0));
  constexpr int rows = 3;
  CATCH_REQUIRE(fm_policy_set_rows(together.get(), rows) == 0);
  CATCH_CHECK(fm_policy_set_rows(together.get(), 0) == 1);
  CATCH_CHECK(fm_policy_reset_row(together.get(), rows, 0) == 1);
  std::vector<OpenPolicy> alone;
  for (int i = 0; i < rows; ++i) {
    alone.emplace_back(fm_policy_open(file.c_str(), nullptr, nullptr, 0));
    fm_policy_reset(alone.back().get(), static_cast<std::uint64_t>(i));
  }
  for (int step = 0; step < 8; ++step) {
    if (step == 3) {
      CATCH_CHECK(fm_policy_reset_row(together.get(), 1, 77) == 0);
      fm_policy_reset(alone[1].get(), 77);
    }
    fm::Matrix observations(rows, 3), goals(rows, 1), actions = fm::Matrix::Constant(rows, 1, 9.0);
    for (int i = 0; i < rows; ++i) {
      observations.row(i) << std::cos(i + step), std::sin(i + step), 0.1 * step;
      goals(i, 0) = 0.2 * i;
    }
    if (step == 4) observations(2, 0) = std::numeric_limits<double>::quiet_NaN();
    const int invalid = fm_policy_act_rows(together.get(), observations.data(), goals.data(), nullptr, actions.data());
    CATCH_CHECK(invalid == (step == 5 ? 1 : 0));  // the prediction begun at step 4 is executed from step 5 on
    for (int i = 0; i < rows; ++i) {
      double action = 9.0;
      fm_policy_act(alone[static_cast<std::size_t>(i)].get(), observations.row(i).data(), goals.row(i).data(), nullptr,
                    &action);
      CATCH_CHECK_THAT(actions(i, 0), Catch::Matchers::WithinAbs(action, 1e-5));
    }
  }
  double action = 0.0;
  CATCH_CHECK(fm_policy_act(together.get(), &action, &action, nullptr, &action) == 1);  // which of the rows?
}

CATCH_TEST_CASE("the C interface describes the policy", "[policy_c]") {
  const TemporaryFolder folder;
  const fm::PolicyDescription d = fm::test::small_policy("pendulum_target");
  const OpenPolicy policy(fm_policy_open(written(folder, d).c_str(), nullptr, nullptr, 0));
  CATCH_REQUIRE(policy != nullptr);
  CATCH_CHECK(fm_policy_version() == FM_POLICY_VERSION);
  CATCH_CHECK(fm_policy_time_step(policy.get()) == d.spec.time_step);
  const fm::Dimension& torque = d.spec.actions.front();
  CATCH_CHECK(fm_policy_dimension_name(policy.get(), FM_POLICY_ACTION, 0) == torque.name);
  CATCH_CHECK(fm_policy_dimension_unit(policy.get(), FM_POLICY_ACTION, 0) == torque.unit);
  CATCH_CHECK(fm_policy_dimension_name(policy.get(), FM_POLICY_OBSERVATION, 2) == d.spec.observations[2].name);
  CATCH_CHECK(fm_policy_dimension_name(policy.get(), FM_POLICY_GOAL, 0) == d.spec.goals[0].name);
  CATCH_CHECK(fm_policy_dimension_name(policy.get(), FM_POLICY_ACTION, 1) == nullptr);
  CATCH_CHECK(fm_policy_dimension_unit(policy.get(), FM_POLICY_GOAL, -1) == nullptr);
  double low = 0.0, high = 0.0;
  CATCH_CHECK(fm_policy_dimension_bounds(policy.get(), FM_POLICY_ACTION, 0, &low, &high) == 0);
  CATCH_CHECK(low == torque.low);
  CATCH_CHECK(high == torque.high);
  CATCH_CHECK(fm_policy_dimension_bounds(policy.get(), FM_POLICY_ACTION, 1, &low, &high) == 1);
}

CATCH_TEST_CASE("the value of a hidden observation does not matter", "[policy_c]") {
  const TemporaryFolder folder;
  fm::PolicyDescription d = fm::test::small_policy();
  d.policy.hidden = {"omega"};
  const OpenPolicy policy(fm_policy_open(written(folder, d).c_str(), nullptr, nullptr, 0));
  CATCH_REQUIRE(policy != nullptr);
  const auto hidden = [&](int dimension) { return fm_policy_observation_is_hidden(policy.get(), dimension); };
  CATCH_CHECK(std::array{hidden(0), hidden(1), hidden(2), hidden(3), hidden(-1)} == std::array{0, 0, 1, 0, 0});
  double seen = 0.0, unseen = 0.0;
  const double noise = 0.5, observation[] = {1, 0, 3}, other[] = {1, 0, std::numeric_limits<double>::quiet_NaN()};
  CATCH_CHECK(fm_policy_act(policy.get(), observation, nullptr, &noise, &seen) == 0);
  CATCH_CHECK(fm_policy_act(policy.get(), other, nullptr, &noise, &unseen) == 0);
  CATCH_CHECK(seen == unseen);
}

CATCH_TEST_CASE("a checkpoint that cannot be opened is reported in one line", "[policy_c]") {
  std::array<char, 200> error{};
  CATCH_CHECK(fm_policy_open("/no/such.safetensors", nullptr, error.data(), error.size()) == nullptr);
  CATCH_CHECK(contains(error.data(), "/no/such.safetensors"));
}

CATCH_TEST_CASE("the shared library exports only the interface and needs only the runtimes of C++ and OpenMP",
                "[policy_c]") {
  const std::string symbols = output_of("nm -D --defined-only " + library.string());
  CATCH_CHECK(output_of("nm -D --defined-only " + library.string() + " | grep -vc ' fm_policy_' || true") == "0\n");
  CATCH_CHECK(contains(symbols, "fm_policy_act"));
#if !defined(__SANITIZE_ADDRESS__)  // which needs its own runtime
  CATCH_CHECK(
      output_of("readelf -d " + library.string() +
                " | grep NEEDED | grep -vcE '\\[(libstdc\\+\\+|libgomp|libm|libgcc_s|libc|ld-linux-x86-64)\\.so' "
                "|| true") == "0\n");
#endif
#if !defined(__SANITIZE_ADDRESS__) && defined(NDEBUG)
  CATCH_CHECK(std::filesystem::file_size(library) < 1'000'000);
#endif
}

#if !defined(__SANITIZE_ADDRESS__)
CATCH_TEST_CASE("the example in C runs a checkpoint", "[policy_c]") {
  const TemporaryFolder folder;
  const std::string file = written(folder, fm::test::small_policy()), program = folder.path() / "control_loop";
  const std::string source = FM_SOURCE "/libfm/examples/control_loop.c";
  output_of("cc -std=c99 -Wall -Wextra -Wpedantic -Werror -I" FM_SOURCE " " + source + " -L" +
            library.parent_path().string() + " -Wl,-rpath," + library.parent_path().string() + " -lfm_policy -lm -o " +
            program);
  const std::string printed = output_of(program + " " + file);
  CATCH_CHECK(std::count(printed.begin(), printed.end(), '\n') == 40);
  const OpenPolicy policy(fm_policy_open(file.c_str(), nullptr, nullptr, 0));
  const std::array<double, 3> hanging = {std::cos(3.14), std::sin(3.14), 0.0};
  double torque = 0.0;
  CATCH_REQUIRE(fm_policy_act(policy.get(), hanging.data(), nullptr, nullptr, &torque) == 0);
  CATCH_CHECK_THAT(printed, Catch::Matchers::StartsWith(fmt::format("0.00 s   3.140 rad  {:6.3f} N m\n", torque)));
  CATCH_CHECK(contains(output_of(program + " /no/such || true"), "/no/such"));
}
#endif
