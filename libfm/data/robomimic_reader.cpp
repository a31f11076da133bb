#include "libfm/data/robomimic_reader.hpp"

#include "libfm/core/error.hpp"
#include "libfm/core/json_options.hpp"
#include "libfm/data/column_attributes.hpp"
#include "libfm/data/numbered_groups.hpp"
#include "libfm/data/recorded_columns.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <map>
#include <set>

namespace fm {
namespace {

constexpr const char* data = "/data";

/// Arrays, and their paths below a demonstration's group.
struct Arrays {
  Catalogue catalogue;
  std::vector<std::string> paths;
};

Arrays arrays_of(const Hdf5Reader& file, const std::string& demo) {
  Arrays all{.catalogue = {.file = file.file(), .arrays = {}}, .paths = {}};
  Catalogue& c = all.catalogue;
  const auto add = [&](const std::string& path, const std::string& key) {
    c.arrays.push_back(unnamed_array(key, file.shape(demo + "/" + path)));
    all.paths.push_back(path);
  };
  const bool has_obs = file.has(demo + "/obs");
  std::vector<std::string> keys = has_obs ? file.names(demo + "/obs") : std::vector<std::string>();
  std::ranges::sort(keys);
  for (const std::string& key : keys) {
    if (!file.is_group(demo + "/obs/" + key)) add("obs/" + key, key);
  }
  const auto has = [&](const char* key) { return std::ranges::find(keys, key) != keys.end(); };
  if (keys.size() == 1) c.observations = keys;
  if (has("observations")) c.observations = {"observations"};
  if (has("goals")) c.goals = {"goals"};
  for (const RecordedArray& array : c.arrays) {
    if (array.problem.empty()) c.possible.push_back(array.key);
  }
  std::vector<std::string> others = file.names(demo);
  std::ranges::sort(others);
  for (const std::string& key : others) {
    const bool is_free = std::ranges::find(keys, key) == keys.end();
    if (is_free && key != "rewards" && key != "dones" && !file.is_group(demo + "/" + key)) add(key, key);
  }
  if (file.has(demo + "/actions")) c.actions = {"actions"};
  if (!has_obs) c.hint = " (observations are added to such a file by robomimic's dataset_states_to_obs.py)";
  return all;
}

/// What /data says of the environment: {"env_name": "Lift", "env_kwargs": {"control_freq": 20}}.
nlohmann::json env_arguments(const Hdf5Reader& file) {
  const std::string text = file.text(data, "env_args").value_or("");
  if (is_nested_deeper(text, 32)) return nlohmann::json::object();
  const nlohmann::json arguments = nlohmann::json::parse(text, nullptr, /*allow_exceptions=*/false);
  return arguments.is_object() ? arguments : nlohmann::json::object();
}

/// The time between actions, s; 0 if it is unknown.
double time_step(const nlohmann::json& arguments) {
  const auto kwargs = arguments.find("env_kwargs");
  if (kwargs == arguments.end() || !kwargs->is_object()) return 0.0;
  const auto rate = kwargs->find("control_freq");
  const bool known = rate != kwargs->end() && rate->is_number() && rate->get<double>() > 0.0;
  return known ? 1.0 / rate->get<double>() : 0.0;
}

void check_rows(const Hdf5Reader& file, const std::string& path, std::uint64_t rows, std::uint64_t expected) {
  if (rows != expected) file.fail(path, "has {} rows, expected {}: one for each action", rows, expected);
}

/// An array of (T, columns), or (T + 1, columns) with the last row of next_obs if that is there.
Matrix read_array(const Hdf5Reader& file, const std::string& demo, const std::string& path, Eigen::Index steps,
                  std::size_t columns) {
  const auto read = [&](const std::string& from) {
    Matrix values = file.columns(from);
    check_rows(file, from, values.rows(), steps);
    if (static_cast<std::size_t>(values.cols()) != columns) {
      file.fail(from, "has {} columns, but the first demonstration's has {}", values.cols(), columns);
    }
    return values;
  };
  Matrix values = read(demo + "/" + path);
  const std::string next = demo + "/next_" + path;
  if (!path.starts_with("obs/") || !file.has(next)) return values;
  values.conservativeResize(steps + 1, Eigen::NoChange);
  values.bottomRows(1) = read(next).bottomRows(1);
  return values;
}

Episode read_demo(const Hdf5Reader& file, const std::string& demo, const Arrays& all, const Selection& selection) {
  const std::string first = demo + "/" + all.paths[selection.actions.front().array];
  const std::vector<std::uint64_t> shape = file.shape(first);
  if (shape.empty() || shape[0] == 0) file.fail(first, "is empty");
  const auto steps = static_cast<Eigen::Index>(shape[0]);
  Episode e = selected_episode(selection, steps, [&](std::size_t i) {
    return read_array(file, demo, all.paths[i], steps, all.catalogue.arrays[i].columns.size());
  });
  if (const std::string path = demo + "/dones"; file.has(path)) {
    e.terminated = file.flags(path);
    check_rows(file, path, e.terminated.size(), steps);
    e.truncated.back() = e.terminated.back() == 0;
  }
  if (const std::string path = demo + "/rewards"; file.has(path)) {
    e.rewards = file.numbers(path);
    check_rows(file, path, e.rewards.size(), steps);
  }
  return e;
}

/// The sides that /mask/train and /mask/valid name, by demonstration; nothing unless both are there.
std::map<std::string, Side> split_of(const Hdf5Reader& file, const std::set<std::string>& demos) {
  std::map<std::string, Side> sides;
  if (!file.has("/mask/train") || !file.has("/mask/valid")) return sides;
  for (const auto& [path, side] :
       {std::pair{"/mask/train", Side::training}, std::pair{"/mask/valid", Side::held_out}}) {
    for (const std::string& demo : file.texts(path)) {
      if (!demos.contains(demo)) file.fail(path, "names '{}', which is not in /data", demo);
      if (!sides.emplace(demo, side).second) file.fail(path, "names '{}', which is in /mask already", demo);
    }
  }
  return sides;
}

}  // namespace

bool is_robomimic(const Hdf5Reader& file) {
  return file.has(data) && file.is_group(data) && !numbered_groups(file, data, "demo_").empty();
}

Dataset read_robomimic(const Hdf5Reader& file, const ColumnChoice& choice) {
  const auto groups = numbered_groups(file, data, "demo_");
  Arrays all = arrays_of(file, groups.begin()->second);
  const std::string where = file.file() + ": /data";
  describe(all.catalogue, all.catalogue.observations, read_column_attributes(file, data, "observation"), where);
  describe(all.catalogue, all.catalogue.actions, read_column_attributes(file, data, "action"), where);
  describe(all.catalogue, all.catalogue.goals, read_column_attributes(file, data, "goal"), where);
  Selection selection = select_columns(all.catalogue, choice);
  if (selection.actions.empty()) throw_input_error("{}: data.actions chooses no column", file.file());
  const auto name_of = [](const std::string& path) { return path.substr(path.rfind('/') + 1); };
  std::set<std::string> demos;
  for (const auto& [number, path] : groups) demos.insert(name_of(path));
  const std::map<std::string, Side> split = split_of(file, demos);
  Dataset dataset;
  for (const auto& [number, path] : groups) {
    const auto side = split.find(name_of(path));
    if (!split.empty() && side == split.end()) continue;
    Episode episode = read_demo(file, path, all, selection);
    episode.index = number;
    dataset.episodes.push_back(std::move(episode));
    if (!split.empty()) dataset.sides.push_back(side->second);
  }
  if (!split.empty() && split.size() < groups.size()) {
    spdlog::info("{}: {} of {} demonstrations are in neither /mask/train nor /mask/valid and are left out", file.file(),
                 groups.size() - split.size(), groups.size());
  }
  set_spec(dataset.info, std::move(selection), time_step(env_arguments(file)));
  return dataset;
}

}  // namespace fm
