#include "libfm/data/flat_recording.hpp"

#include "libfm/core/error.hpp"
#include "libfm/data/flat_arrays.hpp"
#include "libfm/data/recorded_columns.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <span>

namespace fm {
namespace {

// The names of arrays in use, by what they hold.
constexpr const char* observation_names[] = {"observations", "observation", "obs", "state", "states"};
constexpr const char* action_names[] = {"actions", "action", "acts"};
constexpr const char* goal_names[] = {"goals", "goal", "desired_goal", "desired_goals"};
constexpr const char* reward_names[] = {"rewards", "reward"};
constexpr const char* terminated_names[] = {"terminated", "terminals", "terminal", "terminations", "dones", "done"};
constexpr const char* truncated_names[] = {"truncated", "truncations", "timeouts"};
constexpr const char* ends_name = "episode_ends";
constexpr double most_steps = 1e12;

template <class File>
std::optional<std::string> first_of(const File& file, std::span<const char* const> names) {
  const auto found = std::ranges::find_if(names, [&](const char* name) { return file.has(name); });
  return found == names.end() ? std::nullopt : std::optional<std::string>(*found);
}

template <class File>
std::vector<double> column(const File& file, const std::string& name) {
  const Matrix values = file.columns(name);
  if (values.cols() != 1) file.fail(name, "has {} columns, expected one number for each step", values.cols());
  return {values.data(), values.data() + values.size()};
}

template <class File>
std::vector<std::uint8_t> flags(const File& file, const std::string& name) {
  std::vector<std::uint8_t> result;
  for (const double value : column(file, name)) {
    if (value != 0.0 && value != 1.0) file.fail(name, "row {} is neither 0 nor 1", result.size());
    result.push_back(value == 1.0);
  }
  return result;
}

/// What a flat file has beside the chosen columns, a value for each of M steps; an empty list if it is not there.
struct Steps {
  std::uint64_t count = 0;
  std::vector<double> rewards;
  std::vector<std::uint8_t> terminated, truncated;
};

/// The steps up to the end of each episode.
using Ends = std::vector<std::uint64_t>;

template <class File>
class FlatReader {
 public:
  FlatReader(const File& file, const ColumnChoice& choice) : file_(file), choice_(choice) {}

  Dataset read() {
    steps_.count = count_steps();
    read_flags();
    ends_ = read_ends();
    catalogue_ = make_catalogue();
    Selection selection = select_columns(catalogue_, choice_);
    if (selection.actions.empty()) throw_input_error("{}: data.actions chooses no column", file_.file());
    Dataset dataset;
    std::uint64_t begin = 0;
    for (std::size_t i = 0; i < ends_.size(); ++i) {
      Episode next = episode(selection, begin, ends_[i], i);
      next.index = i;
      dataset.episodes.push_back(std::move(next));
      begin = ends_[i];
    }
    set_spec(dataset.info, std::move(selection));
    return dataset;
  }

 private:
  /// The rows of the actions: of the array that is chosen, or of that which names suggest.
  std::uint64_t count_steps() const {
    std::optional<std::string> actions = first_of(file_, action_names);
    for (const std::string& key : choice_.actions) {
      if (file_.has(key)) actions = key;
    }
    if (actions && !file_.shape(*actions).empty()) return rows(*actions);
    if (file_.has(ends_name)) {
      const std::vector<double> ends = column(file_, ends_name);
      if (!ends.empty() && ends.back() > 0 && ends.back() < most_steps) return static_cast<std::uint64_t>(ends.back());
    }
    std::uint64_t most = 0;
    for (const std::string& name : file_.names()) {
      if (!file_.shape(name).empty()) most = std::max(most, rows(name));
    }
    return most;
  }

  std::uint64_t rows(const std::string& name) const { return file_.shape(name)[0]; }

  void check_steps(const std::string& name, std::uint64_t found) const {
    if (found != steps_.count) file_.fail(name, "has {} rows, but there are {} actions", found, steps_.count);
  }

  void read_flags() {
    if (const auto name = first_of(file_, reward_names)) {
      steps_.rewards = column(file_, *name);
      check_steps(*name, steps_.rewards.size());
    }
    const auto read = [&](std::span<const char* const> names, std::vector<std::uint8_t>& to) {
      const auto name = first_of(file_, names);
      if (!name) return;
      to = flags(file_, *name);
      check_steps(*name, to.size());
    };
    read(terminated_names, steps_.terminated);
    read(truncated_names, steps_.truncated);
  }

  Ends read_ends() const {
    if (steps_.count == 0) throw_input_error("{}: contains no steps", file_.file());
    if (file_.has(ends_name)) return stated_ends();
    if (!steps_.terminated.empty() || !steps_.truncated.empty()) return flagged_ends();
    for (const std::string& name : file_.names()) {
      if (!file_.shape(name).empty() && rows(name) == steps_.count + 1) return {steps_.count};
    }
    throw_input_error(
        "{}: says nowhere where its episodes end: add an array episode_ends with the number of steps up to the end of "
        "each ([{}] if all is one episode), or terminated and truncated",
        file_.file(), steps_.count);
  }

  Ends stated_ends() const {
    Ends ends;
    std::uint64_t before = 0;
    for (const double end : column(file_, ends_name)) {
      if (end != std::floor(end) || end <= static_cast<double>(before) || end > most_steps) {
        file_.fail(ends_name, "entry {} is {}, not a whole number above {}: each episode needs a step", ends.size(),
                   end, before);
      }
      before = static_cast<std::uint64_t>(end);
      ends.push_back(before);
    }
    if (before != steps_.count) {
      file_.fail(ends_name, "the last episode ends after {} steps, but there are {} actions", before, steps_.count);
    }
    return ends;
  }

  /// What follows the last flag is an episode that was cut off.
  Ends flagged_ends() const {
    Ends ends;
    for (std::uint64_t i = 0; i < steps_.count; ++i) {
      const bool ended = (!steps_.terminated.empty() && steps_.terminated[i] == 1) ||
                         (!steps_.truncated.empty() && steps_.truncated[i] == 1);
      if (ended || i + 1 == steps_.count) ends.push_back(i + 1);
    }
    return ends;
  }

  bool is_known(const std::string& name) const {
    const auto among = [&](std::span<const char* const> names) {
      return std::ranges::any_of(names, [&](const char* each) { return name == each; });
    };
    return name == ends_name || among(reward_names) || among(terminated_names) || among(truncated_names);
  }

  RecordedArray array_of(const std::string& name) const {
    const std::vector<std::uint64_t> shape = file_.shape(name);
    const bool fits = shape.empty() || shape[0] == steps_.count || shape[0] == steps_.count + ends_.size();
    if (fits) return unnamed_array(name, shape);
    return {
        .key = name,
        .columns = {},
        .problem = fmt::format("has {} rows, but there are {} actions in {} episodes, one behind another; expected {}, "
                               "or {} with the observation after each episode's last action",
                               shape[0], steps_.count, ends_.size(), steps_.count, steps_.count + ends_.size())};
  }

  Catalogue make_catalogue() const {
    Catalogue c{.file = file_.file(), .arrays = {}};
    for (const std::string& name : file_.names()) {
      if (!is_known(name)) c.arrays.push_back(array_of(name));
    }
    const auto use = [&](const char* kind, std::span<const char* const> names, std::vector<std::string>& keys) {
      if (const auto name = first_of(file_, names)) keys = {*name};
      describe(c, keys, file_.texts(kind), fmt::format("{}: {}_*", file_.file(), kind));
    };
    use("observation", observation_names, c.observations);
    use("action", action_names, c.actions);
    use("goal", goal_names, c.goals);
    for (const RecordedArray& array : c.arrays) {
      const bool is_action = std::ranges::find(c.actions, array.key) != c.actions.end();
      if (array.problem.empty() && !is_action) c.possible.push_back(array.key);
    }
    return c;
  }

  /// The whole array, read once.
  const Matrix& whole(const std::string& name) {
    const auto found = read_.find(name);
    return found != read_.end() ? found->second : read_.emplace(name, file_.columns(name)).first->second;
  }

  /// An array's rows of an episode, with the one after its last action where that is known.
  Matrix rows_of(const std::string& name, std::uint64_t begin, std::uint64_t end, std::size_t episode) {
    const Matrix& all = whole(name);
    const auto steps = static_cast<Eigen::Index>(end - begin), first = static_cast<Eigen::Index>(begin);
    if (static_cast<std::uint64_t>(all.rows()) != steps_.count) {
      return all.middleRows(first + static_cast<Eigen::Index>(episode), steps + 1);
    }
    Matrix values = all.middleRows(first, steps);
    const std::string next = "next_" + name;
    if (!file_.has(next)) return values;
    const Matrix& after = whole(next);
    if (after.rows() != all.rows() || after.cols() != all.cols()) file_.fail(next, "has another shape than {}", name);
    values.conservativeResize(steps + 1, Eigen::NoChange);
    values.bottomRows(1) = after.row(first + steps - 1);
    return values;
  }

  Episode episode(const Selection& selection, std::uint64_t begin, std::uint64_t end, std::size_t number) {
    Episode e = selected_episode(selection, static_cast<Eigen::Index>(end - begin),
                                 [&](std::size_t i) { return rows_of(catalogue_.arrays[i].key, begin, end, number); });
    const auto cut = [&](const auto& all, auto& to) {
      if (!all.empty())
        to.assign(all.begin() + static_cast<std::ptrdiff_t>(begin), all.begin() + static_cast<std::ptrdiff_t>(end));
    };
    cut(steps_.rewards, e.rewards);
    cut(steps_.terminated, e.terminated);
    e.truncated.back() = 0;
    cut(steps_.truncated, e.truncated);
    if (e.terminated.back() == 0) e.truncated.back() = 1;
    return e;
  }

  const File& file_;
  const ColumnChoice& choice_;
  Steps steps_;
  Ends ends_;
  Catalogue catalogue_;
  std::map<std::string, Matrix> read_;
};

}  // namespace

Dataset read_npz(const std::filesystem::path& file, const ColumnChoice& choice) {
  return FlatReader(FlatNpz(file), choice).read();
}

bool is_flat(const Hdf5Reader& file) { return file.has("/observations") && file.has("/actions"); }

Dataset read_flat_hdf5(const Hdf5Reader& file, const ColumnChoice& choice) {
  return FlatReader(FlatHdf5(file), choice).read();
}

}  // namespace fm
