// fm_control_loop: a trained policy in a control loop in real time. At every tick of the clock the policy acts in the state of
// its simulated environment, which takes a step whenever a control step has passed.
//
//   fm_control_loop CHECKPOINT [SECONDS [RATE [float32|bfloat16]]]    default: 600 s at 1000 Hz in float32

#include "libfm/core/error.hpp"
#include "libfm/core/statistics.hpp"
#include "libfm/env/environment.hpp"
#include "libfm/realtime/realtime_policy.hpp"
#include "libfm/task/environments.hpp"

#include <fmt/format.h>

#include <chrono>
#include <cmath>
#include <cstdlib>
#include <string>
#include <thread>
#include <vector>

namespace {

using Clock = std::chrono::steady_clock;

double microseconds(Clock::duration duration) { return std::chrono::duration<double, std::micro>(duration).count(); }

void print(const char* name, const std::vector<double>& taken) {
  fmt::print("{:<24} median {:8.1f} us   99 % {:8.1f}   99.9 % {:8.1f}   longest {:8.1f}\n", name,
             fm::quantile(taken, 0.5), fm::quantile(taken, 0.99), fm::quantile(taken, 0.999), fm::quantile(taken, 1.0));
}

bool acts_on_the_moment(const fm::PolicyDescription& d) {
  return d.policy.horizon.observations == 1 && d.policy.horizon.prediction == 1 && d.sampler.delay == 0 &&
         d.sampler.rate_limit.empty();
}

/// Checkpoints do not store an environment's states.
fm::EnvSpec without_states(fm::EnvSpec spec) {
  spec.states.clear();
  return spec;
}

void run(const std::string& checkpoint, double seconds, double rate, fm::Precision precision) {
  const auto model = fm::load_realtime(checkpoint, {.precision = precision});
  fm::EnvOptions options;
  options.name = model->description().spec.name;
  const auto env = fm::make_env(options).make(1);
  if (!acts_on_the_moment(model->description())) {
    throw fm::InputError(checkpoint +
                         ": acts on more than the current observation (a history, chunks, a delay, a limited "
                         "rate), so that it cannot act several times in a control step");
  }
  if (without_states(env->spec()) != without_states(model->description().spec)) {
    throw fm::InputError(checkpoint + ": was not trained in its environment with default options");
  }
  const auto ticks = static_cast<std::int64_t>(seconds * rate);
  const double ticks_exactly = env->spec().time_step * rate;
  const auto ticks_of_step = static_cast<std::int64_t>(ticks_exactly + 0.5);
  if (ticks < 1 || ticks_of_step < 1 || std::abs(ticks_exactly - static_cast<double>(ticks_of_step)) > 1e-6) {
    throw fm::InputError(
        fmt::format("a control step of {} s must be whole ticks, and the loop at least one", env->spec().time_step));
  }

  fm::RealtimePolicy policy(model, fm::RandomStream(0, "noise"));
  const fm::RandomStream initial(123, "control loop");
  const std::vector<int> row = {0};
  std::vector<std::uint64_t> episode = {0};
  std::vector<std::uint32_t> step = {0};
  fm::PolicyOutput output{.actions = fm::Matrix(1, std::ssize(env->spec().actions))};
  fm::StepResult result;
  double total = 0.0;
  std::int64_t falls = 0, episodes = 0;
  const auto begin_episode = [&] {
    env->reset(row, episode, initial);
    policy.reset(1, row);
    step[0] = 0;
  };
  begin_episode();

  std::vector<double> acting, late;
  acting.reserve(static_cast<std::size_t>(ticks));
  late.reserve(static_cast<std::size_t>(ticks));
  const auto period = std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(1.0 / rate));
  const Clock::time_point start = Clock::now();
  for (std::int64_t tick = 0; tick < ticks; ++tick) {
    const Clock::time_point due = start + tick * period;
    std::this_thread::sleep_until(due);
    const Clock::time_point begin = Clock::now();
    policy.act({env->observations(), env->goals(), episode, step}, output);
    const Clock::time_point end = Clock::now();
    acting.push_back(microseconds(end - begin));
    late.push_back(microseconds(end - due));
    if ((tick + 1) % ticks_of_step != 0) continue;
    env->step(output.actions, result);
    total += result.rewards[0];
    ++step[0];
    if (result.terminated[0] == 0 && result.truncated[0] == 0) continue;
    falls += result.terminated[0];
    ++episodes;
    ++episode[0];
    begin_episode();
  }
  double busy = 0.0;
  for (const double us : acting) busy += us;
  fmt::print("{} at {:g} Hz for {:g} s: {} episodes ended, {} of them early, reward {:.4g} a second\n", checkpoint,
             rate, seconds, episodes, falls, total / seconds);
  print("an action", acting);
  print("action after its tick", late);
  fmt::print("the policy takes {:.1f} % of a core\n", busy / (seconds * 1e4));
}

}  // namespace

int main(int argc, char** argv) {
  const std::string precision = argc > 4 ? argv[4] : "float32";
  const double seconds = argc > 2 ? std::atof(argv[2]) : 600.0, rate = argc > 3 ? std::atof(argv[3]) : 1000.0;
  if (argc < 2 || argc > 5 || !(seconds > 0.0) || !(rate > 0.0) ||
      (precision != "float32" && precision != "bfloat16")) {
    fmt::print(stderr, "usage: fm_control_loop CHECKPOINT [SECONDS [RATE [float32|bfloat16]]]\n");
    return 2;
  }
  try {
    run(argv[1], seconds, rate, precision == "bfloat16" ? fm::Precision::bfloat16 : fm::Precision::float32);
  } catch (const fm::InputError& e) {
    fmt::print(stderr, "fm_control_loop: {}\n", e.what());
    return 2;
  }
}
