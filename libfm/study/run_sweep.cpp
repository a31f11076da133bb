#include "libfm/study/run_sweep.hpp"

#include "libfm/core/interrupt.hpp"
#include "libfm/core/parallel.hpp"
#include "libfm/nn/device.hpp"
#include "libfm/study/member_process.hpp"
#include "libfm/study/sweep_display.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <list>
#include <memory>
#include <thread>

namespace fm {
namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point begin) { return std::chrono::duration<double>(Clock::now() - begin).count(); }

std::vector<std::string> names_of(const std::vector<SweepMember>& members) {
  std::vector<std::string> names;
  for (const SweepMember& member : members) names.push_back(member.name);
  return names;
}

class Runner {
 public:
  Runner(const SweepDirectory& sweep, const SweepRunOptions& options)
      : sweep_(sweep), options_(options), display_(names_of(sweep.members())) {
    for (const SweepMember& member : sweep.members()) {
      if (is_finished(sweep.directory_of(member), member.experiment)) {
        ++finished_before_;
        display_.add({member.name, "done", progress_of(member), std::nullopt});
      } else {
        waiting_.push_back(&member);
      }
    }
  }

  std::vector<std::string> run() {
    while (!waiting_.empty() || !running_.empty()) {
      if (noted_signal() != 0) stop();
      start();
      collect();
      if (display_.is_due()) show();
      std::this_thread::sleep_for(std::chrono::milliseconds(50));
    }
    return failed_;
  }

 private:
  struct Running {
    const SweepMember* member;
    std::unique_ptr<MemberProcess> process;
    Clock::time_point begin;
  };

  RunProgress progress_of(const SweepMember& member) const {
    return read_progress(sweep_.directory_of(member), member.experiment);
  }

  void start() {
    if (options_.fail_fast && !failed_.empty()) waiting_.clear();
    while (!waiting_.empty() && running_.size() < static_cast<std::size_t>(options_.jobs)) {
      const SweepMember* next = waiting_.front();
      running_.push_back({next, std::make_unique<MemberProcess>(sweep_.directory_of(*next)), Clock::now()});
      waiting_.pop_front();
    }
  }

  /// Takes the members that have ended off the list.
  void collect() {
    std::erase_if(running_, [&](Running& each) {
      const auto outcome = each.process->outcome();
      if (!outcome) return false;
      const double seconds = seconds_since(each.begin);
      display_.add({each.member->name, outcome->empty() ? "done" : "FAILED", progress_of(*each.member), seconds});
      if (outcome->empty()) {
        ++finished_here_;
      } else {
        failed_.push_back(each.member->name);
        display_.add(
            fmt::format("  {}\n  its log: {}", *outcome, (sweep_.directory_of(*each.member) / "console.txt").string()));
      }
      return true;
    });
  }

  [[noreturn]] void stop() {
    display_.add("stopping: running members save their progress");
    for (Running& each : running_) each.process->interrupt();
    running_.clear();  // waits for each
    throw Interrupted(noted_signal());
  }

  void show() {
    const std::vector<SweepLine> running = lines();
    display_.show(running, counts(running));
  }

  std::vector<SweepLine> lines() const {
    std::vector<SweepLine> lines;
    for (const Running& each : running_) {
      const RunProgress progress = progress_of(*each.member);
      lines.push_back({each.member->name, stage_words(progress), progress, seconds_since(each.begin)});
    }
    return lines;
  }

  SweepCounts counts(const std::vector<SweepLine>& running) const {
    double done = finished_here_ + static_cast<double>(failed_.size());
    for (const SweepLine& line : running) done += line.progress.fraction;
    const double whole = finished_here_ + static_cast<double>(failed_.size() + running_.size() + waiting_.size());
    return {.total = static_cast<int>(sweep_.members().size()),
            .finished = finished_before_ + finished_here_,
            .failed = static_cast<int>(failed_.size()),
            .running = static_cast<int>(running_.size()),
            .left = done > 0.0 ? seconds_since(begin_) * (whole - done) / done : 0.0};
  }

  const SweepDirectory& sweep_;
  SweepRunOptions options_;
  SweepDisplay display_;
  std::list<const SweepMember*> waiting_;
  std::list<Running> running_;
  std::vector<std::string> failed_;
  int finished_before_ = 0;
  int finished_here_ = 0;
  Clock::time_point begin_ = Clock::now();
};

}  // namespace

int default_jobs(const Experiment& sweep, std::size_t members) {
  if (check_device(sweep.device).is_cuda()) return 1;
  return std::clamp(cores() / std::max(1, sweep.threads), 1, std::max(1, static_cast<int>(members)));
}

int threads_of_each(int jobs) { return std::max(1, cores() / jobs); }

std::vector<std::string> run_members(const SweepDirectory& sweep, const SweepRunOptions& options) {
  return Runner(sweep, options).run();
}

}  // namespace fm
