#include "libfm/realtime/realtime_policy.hpp"

#include "libfm/core/error.hpp"
#include "libfm/core/parallel.hpp"

#include "tests/catch.hpp"
#include "tests/core/error_of.hpp"
#include "tests/realtime/count_allocations.hpp"
#include "tests/realtime/small_checkpoint.hpp"

#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <numeric>

namespace {

std::shared_ptr<const fm::RealtimeModel> realtime(const fm::PolicyDescription& d, fm::RealtimeOptions options = {}) {
  return std::make_shared<fm::RealtimeModel>(fm::test::small_checkpoint(d), "small", options);
}

/// A policy that combines all compatible options.
fm::PolicyDescription eventful(const std::string& network) {
  fm::PolicyDescription d = fm::test::small_policy("pendulum_target");
  d.network.name = network;
  d.policy.flow.target = "data";
  d.policy.horizon = {.observations = 2, .prediction = 4};
  d.sampler = {.solver = "heun",
               .steps = 3,
               .action_noise = 0.1,
               .guidance = 2.0,
               .executed = 2,
               .warm_start = 0.5,
               .ensemble = 0.3,
               .delay = 2,
               .rate_limit = {40.0}};
  return d;
}

/// Rows that act with the same policy, step by step.
class Crowd {
 public:
  Crowd(const std::shared_ptr<const fm::RealtimeModel>& model, int rows)
      : policy_(model, fm::RandomStream(0, "noise")), episodes_(rows), steps_(rows), ids_(rows) {
    const fm::EnvSpec& spec = model->description().spec;
    std::iota(ids_.begin(), ids_.end(), 0);
    std::iota(episodes_.begin(), episodes_.end(), 0);
    observations_.setZero(rows, static_cast<Eigen::Index>(spec.observations.size()));
    goals_.setConstant(rows, static_cast<Eigen::Index>(spec.goals.size()), 0.5F);
    for (int i = 0; i < rows; ++i) observations_(i, 0) = 0.01F * static_cast<float>(i);
    policy_.reset(rows, ids_);
  }

  const fm::Matrix& act() {
    policy_.act({observations_, goals_, episodes_, steps_}, output_);
    for (std::uint32_t& step : steps_) ++step;
    return output_.actions;
  }

 private:
  fm::RealtimePolicy policy_;
  fm::Matrix observations_, goals_;
  std::vector<std::uint64_t> episodes_;
  std::vector<std::uint32_t> steps_;
  std::vector<int> ids_;
  fm::PolicyOutput output_;
};

std::string refusal(const fm::PolicyDescription& d) {
  return error_of<fm::InputError>([&] { realtime(d); });
}

/// The wait status of a task in a child process that may only read, write and exit.
template <class Task>
int run_without_system_calls(Task task) {
  const pid_t child = fork();
  if (child == 0) {
    const bool confined =
        prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 && prctl(PR_SET_SECCOMP, SECCOMP_MODE_STRICT) == 0;
    if (confined) task();
    syscall(SYS_exit, confined ? 0 : 77);
  }
  int status = 0;
  waitpid(child, &status, 0);
  return status;
}

}  // namespace

CATCH_TEST_CASE("the engine acts without an allocation", "[realtime_policy]") {
  for (const char* network : {"mlp", "residual_mlp"}) {
    CATCH_INFO(network);
    for (const int rows : {1, 7}) {
      Crowd crowd(realtime(eventful(network)), rows);
      crowd.act();
      const std::int64_t before = fm::test::allocations();
      for (int t = 0; t < 20; ++t) crowd.act();
      CATCH_CHECK(fm::test::allocations() == before);
    }
  }
}

CATCH_TEST_CASE("the engine acts without a system call", "[realtime_policy]") {
  Crowd crowd(realtime(eventful("residual_mlp")), 3);
  crowd.act();
  const int status = run_without_system_calls([&] {
    for (int t = 0; t < 20; ++t) crowd.act();
  });
  if (WIFEXITED(status) && WEXITSTATUS(status) == 77) return;  // this machine has no seccomp
  CATCH_CHECK(WIFEXITED(status));
}

CATCH_TEST_CASE("rows distributed over threads act as single rows do", "[realtime_policy]") {
  constexpr int rows = 4 * fm::RealtimePredictor::rows_per_thread + 5;
  const int threads = fm::threads();
  const auto model = realtime(eventful("mlp"));
  fm::set_threads(1);
  Crowd alone(model, rows);
  fm::set_threads(3);
  Crowd shared(model, rows);
  for (int t = 0; t < 5; ++t) CATCH_CHECK(alone.act() == shared.act());
  fm::set_threads(threads);
}

CATCH_TEST_CASE("every instruction set gives the same actions within rounding", "[realtime_policy]") {
  for (const char* network : {"mlp", "residual_mlp"}) {
    Crowd baseline(realtime(eventful(network), {.kernels = &fm::realtime_baseline}), 5);
    Crowd best(realtime(eventful(network)), 5);
    for (int t = 0; t < 6; ++t) CATCH_CHECK((baseline.act() - best.act()).cwiseAbs().maxCoeff() < 1e-4F);
  }
}

CATCH_TEST_CASE("bfloat16 weights change an action within their rounding", "[realtime_policy]") {
  fm::PolicyDescription d = fm::test::small_policy();
  d.spec.actions[0].low = -100.0;
  d.spec.actions[0].high = 100.0;
  Crowd exact(realtime(d), 50);
  Crowd rounded(realtime(d, {.precision = fm::Precision::bfloat16}), 50);
  const double difference = (exact.act() - rounded.act()).cwiseAbs().maxCoeff();
  CATCH_CHECK(difference > 0.0F);
  CATCH_CHECK(difference < 0.02F);
}

CATCH_TEST_CASE("unsupported policies, networks and samplers are refused by name", "[realtime_policy]") {
  const auto with = [](auto change) {
    fm::PolicyDescription d = fm::test::small_policy();
    change(d);
    return refusal(d);
  };
  CATCH_CHECK(contains(with([](auto& d) { d.network.name = "transformer"; }), "'transformer'"));
  CATCH_CHECK(contains(with([](auto& d) { d.network.name = "unet"; }), "'unet'"));
  CATCH_CHECK(contains(with([](auto& d) { d.network.name = "gru"; }), "'gru'"));
  for (const char* policy : {"diffusion", "gaussian", "normalising_flow"}) {
    CATCH_CHECK(contains(with([&](auto& d) { d.policy.name = policy; }), policy));
  }
  for (const char* solver : {"dopri5", "bosh3"}) {
    CATCH_CHECK(contains(with([&](auto& d) { d.sampler.solver = solver; }), solver));
  }
  CATCH_CHECK(contains(with([](auto& d) { d.policy.name = "mse", d.sampler.guidance = 2.0; }), "guidance"));
  CATCH_CHECK(contains(with([](auto& d) { d.policy.name = "mip", d.sampler.warm_start = 0.5; }), "warm_start"));
  CATCH_CHECK(contains(with([](auto& d) { d.sampler.prefix = "guided"; }), "sampler.prefix"));
  CATCH_CHECK(contains(with([](auto& d) { d.sampler.solver = "euler_maruyama", d.sampler.prefix = "trained"; }),
                       "sampler.prefix: a stochastic solver"));
  CATCH_CHECK(contains(with([](auto& d) { d.policy.name = "mse", d.sampler.prefix = "trained"; }), "sampler.prefix"));
  CATCH_CHECK(contains(with([](auto& d) { d.policy.name = "mse", d.sampler.solver = fm::euler_maruyama; }), "solver"));
  CATCH_CHECK(contains(with([](auto& d) { d.sampler.solver = fm::euler_maruyama, d.sampler.warm_start = 0.5; }),
                       "a stochastic solver does not support warm starts"));
}

CATCH_TEST_CASE("a checkpoint whose weights do not fit its description is refused", "[realtime_policy]") {
  const fm::PolicyDescription d = fm::test::small_policy();
  const auto refused = [](const fm::SafeTensors& content) {
    return error_of<fm::InputError>([&] { fm::RealtimeModel(content, "file"); });
  };
  fm::SafeTensors content = fm::test::small_checkpoint(d);
  content.tensors.front().shape = {1, static_cast<std::int64_t>(content.tensors.front().bytes.size() / 4)};
  CATCH_CHECK(contains(refused(content), "file: tensor 'weights.net.mlp.0_weight' has shape"));
  content.tensors.erase(content.tensors.begin());
  CATCH_CHECK(contains(refused(content), "'weights.net.mlp.0_weight' is missing"));
}

CATCH_TEST_CASE("excessive memory for history, predictions or tables is refused", "[realtime_policy]") {
  const auto refusal = [](const fm::PolicyDescription& d) -> std::string {
    try {
      const auto model = std::make_shared<fm::RealtimeModel>(fm::test::small_checkpoint(d), "small");
      fm::RealtimePolicy(model, fm::RandomStream(0, "noise"));
    } catch (const fm::InputError& e) {
      return e.what();
    }
    return "";
  };
  fm::PolicyDescription steps = fm::test::small_policy();
  steps.network.name = "residual_mlp";
  steps.network.residual_mlp = {.width = 1, .blocks = 300, .conditioning = "film"};
  steps.sampler = {.solver = "rk4", .steps = 10000};
  CATCH_CHECK(refusal(steps).find("sampler.steps") != std::string::npos);
  fm::PolicyDescription memory = fm::test::small_policy();
  memory.policy.horizon.prediction = 1000;
  memory.sampler.ensemble = 0.1;
  memory.spec.actions.resize(100, memory.spec.actions.front());
  memory.actions = {std::vector<double>(100, 0.0), std::vector<double>(100, 1.0)};
  memory.network.mlp.hidden = {1};
  CATCH_CHECK(refusal(memory).find("policy.horizon") != std::string::npos);
}

CATCH_TEST_CASE("a hidden observation may be NaN", "[realtime_policy]") {
  fm::PolicyDescription d = fm::test::small_policy();
  d.policy.hidden = {"omega"};
  const fm::RealtimeModel model(fm::test::small_checkpoint(d), "small");
  const std::array<double, 3> seen = {1.0F, 0.0F, std::numeric_limits<double>::quiet_NaN()};
  std::array<float, 3> normalised{};
  model.normalise_observations(seen, normalised.data());
  CATCH_CHECK(normalised[2] == 0.0F);
}
