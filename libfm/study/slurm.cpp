#include "libfm/study/slurm.hpp"

#include "libfm/core/atomic_file.hpp"
#include "libfm/core/child_program.hpp"
#include "libfm/core/error.hpp"
#include "libfm/study/run_progress.hpp"

#include <algorithm>
#include <set>
#include <sstream>

namespace fm {
namespace {

constexpr std::uint64_t most_bytes = 1 << 20;

/// In single quotes for the shell.
std::string quoted(const std::string& text) {
  std::string result = "'";
  for (const char c : text) {
    if (c == '\'') {
      result += "'\\''";
    } else {
      result += c;
    }
  }
  return result + "'";
}

std::filesystem::path jobs_file(const SweepDirectory& sweep) { return sweep.path() / "slurm_jobs.txt"; }

/// The numbers of the job arrays that were submitted for the sweep.
std::set<std::string> submitted_jobs(const SweepDirectory& sweep) {
  if (!std::filesystem::exists(jobs_file(sweep))) return {};
  std::istringstream text(read_file(jobs_file(sweep), most_bytes));
  return {std::istream_iterator<std::string>(text), {}};
}

/// What a program of Slurm prints.
std::string output_of(const std::vector<std::string>& words) {
  std::string output;
  if (run_program(words, &output) != 0) throw_machine_error("{} failed", fmt::join(words, " "));
  return output;
}

/// The members whose tasks wait or run.
std::set<std::size_t> queued_members(const SweepDirectory& sweep) {
  std::set<std::size_t> members;
  const std::set<std::string> jobs = submitted_jobs(sweep);
  if (jobs.empty()) return members;
  std::istringstream lines(output_of({"squeue", "--me", "--array", "--noheader", "--format=%F %K"}));
  std::string job, task;
  while (lines >> job >> task) {
    const bool is_number = !task.empty() && std::ranges::all_of(task, [](char c) { return c >= '0' && c <= '9'; });
    if (jobs.contains(job) && is_number) members.insert(std::stoull(task));
  }
  return members;
}

std::string task_list(const std::vector<std::size_t>& members, int limit) {
  const std::string tasks = fmt::format("{}", fmt::join(members, ","));
  return limit > 0 ? fmt::format("{}%{}", tasks, limit) : tasks;
}

}  // namespace

std::string slurm_script(const SweepDirectory& sweep, const std::vector<std::size_t>& members,
                         const SlurmOptions& options) {
  const auto program = std::filesystem::read_symlink("/proc/self/exe");
  std::string head = "#!/bin/bash\n", names;
  const auto add = [&](const std::string& option) { head += "#SBATCH " + option + "\n"; };
  add("--job-name=" + sweep.experiment().name);
  add("--array=" + task_list(members, options.array_limit));
  add(fmt::format("--cpus-per-task={}", options.cpus));
  add("--requeue");
  add("--open-mode=append");
  add("--signal=B:USR1@60");  // s before the time limit
  if (!options.partition.empty()) add("--partition=" + options.partition);
  if (!options.time.empty()) add("--time=" + options.time);
  for (const std::size_t member : members) {
    names += fmt::format("names[{}]={}\n", member, quoted(sweep.members()[member].name));
  }
  return head + names +
         fmt::format(R"(
run={}/${{names[$SLURM_ARRAY_TASK_ID]}}
time_is_up=no
trap 'kill -TERM "$process"' TERM                       # cancelled, or its turn is taken: it saves its progress
trap 'time_is_up=yes; kill -TERM "$process"' USR1
{} resume "$run" --wait >>"$run/console.txt" 2>&1 &
process=$!
wait "$process"; code=$?
while kill -0 "$process" 2>/dev/null; do wait "$process"; code=$?; done  # a signal has ended the first wait
if [ "$time_is_up" = yes ] && [ "$code" -eq 143 ]; then
  scontrol requeue "${{SLURM_ARRAY_JOB_ID}}_$SLURM_ARRAY_TASK_ID"
fi
exit "$code"
)",
                     quoted(sweep.path().string()), quoted(program.string()));
}

SlurmStatus submit_to_slurm(const SweepDirectory& sweep, const SlurmOptions& options) {
  SlurmStatus status;
  const std::set<std::size_t> queued = queued_members(sweep);
  std::vector<std::size_t> missing;
  for (std::size_t i = 0; i < sweep.members().size(); ++i) {
    const SweepMember& member = sweep.members()[i];
    if (queued.contains(i)) {
      ++status.queued;
    } else if (is_finished(sweep.directory_of(member), member.experiment)) {
      ++status.finished;
    } else {
      missing.push_back(i);
      status.submitted.push_back(member.name);
    }
  }
  if (missing.empty()) return status;
  const auto script = sweep.path() / "slurm.sh";
  write_file_atomically(script, slurm_script(sweep, missing, options));
  std::vector<std::string> words = {"sbatch", "--parsable", "--output=/dev/null"};
  words.insert(words.end(), options.options.begin(), options.options.end());
  words.push_back(script.string());
  const std::string printed = output_of(words);
  status.job = printed.substr(0, printed.find_first_of(";\n"));
  std::set<std::string> jobs = submitted_jobs(sweep);
  jobs.insert(status.job);
  write_file_atomically(jobs_file(sweep), fmt::format("{}\n", fmt::join(jobs, "\n")));
  return status;
}

}  // namespace fm
