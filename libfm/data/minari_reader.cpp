#include "libfm/data/minari_reader.hpp"

#include "libfm/core/atomic_file.hpp"
#include "libfm/core/error.hpp"
#include "libfm/core/json_options.hpp"
#include "libfm/data/column_attributes.hpp"
#include "libfm/data/hdf5_reader.hpp"
#include "libfm/data/minari_space.hpp"
#include "libfm/data/numbered_groups.hpp"
#include "libfm/data/recorded_columns.hpp"

#include <algorithm>

namespace fm {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

constexpr std::uint64_t max_metadata_bytes = std::uint64_t{16} << 20;

/// An array, and its path below an episode's group.
struct Arrays {
  std::vector<RecordedArray> arrays;
  std::vector<std::string> paths;

  /// @param group "observations" or "actions"
  /// @param within what keys begin with for arrays in this group
  void add(const std::string& group, const std::string& within, std::vector<RecordedArray> more) {
    for (RecordedArray& array : more) {
      paths.push_back(array.key.empty() ? group : group + "/" + array.key);
      array.key = array.key.empty() ? group : within + array.key;
      arrays.push_back(std::move(array));
    }
  }
};

/// The metadata, or an empty object if there is none.
Json metadata_of(const Hdf5Reader& file, const fs::path& hdf5_file) {
  const fs::path beside = hdf5_file.parent_path() / "metadata.json";
  if (fs::exists(beside)) {
    Json metadata = parse_python_json(read_file(beside, max_metadata_bytes), beside.string());
    if (!metadata.is_object()) throw_input_error("{}: is not a JSON object", beside.string());
    return metadata;
  }
  Json metadata = Json::object();
  for (const char* name : {"observation_space", "action_space", "env_spec"}) {
    if (const auto text = file.text("/", name)) metadata[name] = *text;
  }
  return metadata;
}

std::string text_of(const Json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_string() ? found->get<std::string>() : "";
}

/// The arrays in a group as the file has them, for a dataset that does not describe its spaces.
/// @param paths looked through so far
std::vector<RecordedArray> arrays_in(const Hdf5Reader& file, const std::string& path, const std::string& key,
                                     const std::string& name, std::size_t& paths, int depth = 0) {
  if (depth > 16) file.fail(path, "is nested too deeply");
  if (++paths > most_hdf5_paths) file.fail(path, "is one of more than {} paths", most_hdf5_paths);
  std::vector<RecordedArray> arrays;
  if (file.is_group(path)) {
    std::vector<std::string> names = file.names(path);
    std::ranges::sort(names, [](const std::string& a, const std::string& b) {  // _index_10 after _index_9
      return a.size() != b.size() && a.starts_with("_index_") && b.starts_with("_index_") ? a.size() < b.size() : a < b;
    });
    for (const std::string& part : names) {
      const std::string word = part.starts_with("_index_") ? part.substr(7) : part;
      for (RecordedArray& array : arrays_in(file, path + "/" + part, key.empty() ? part : key + "/" + part,
                                            name.empty() ? word : name + " " + word, paths, depth + 1)) {
        arrays.push_back(std::move(array));
      }
    }
    return arrays;
  }
  const std::vector<std::uint64_t> shape = file.shape(path);
  if (shape.empty()) file.fail(path, "is a single value");
  return {box_array(key, name, {shape.begin() + 1, shape.end()})};
}

bool is_dict(const std::vector<RecordedArray>& arrays) { return arrays.empty() || !arrays.front().key.empty(); }

/// The arrays of one part of the episodes, from the description of its space or from the first episode.
std::vector<RecordedArray> described_arrays(const Hdf5Reader& file, const Json& metadata, const char* space,
                                            const std::string& path, const std::string& name) {
  const std::string text = text_of(metadata, space);
  const std::string where = fmt::format("{}: {}", file.file(), space);
  const bool in_group = file.is_group(path);
  std::size_t paths = 0;
  if (text.empty()) return arrays_in(file, path, "", in_group ? "" : name, paths);
  return arrays_of_space(parse_python_json(text, where), "", in_group ? "" : name, where);
}

/// Whether the array is `key` or below it.
bool is_below(const std::string& array, const std::string& key) { return array == key || array.starts_with(key + "/"); }

/// Names the columns of a goal as env.gymnasium does: "goal 0".
void rename_goal(RecordedArray& array) {
  for (Dimension& d : array.columns) d.name = "goal" + d.name.substr(std::string("desired_goal").size());
}

Catalogue catalogue_of(const Hdf5Reader& file, const Json& metadata, const std::string& episode, Arrays& all) {
  all.add("observations", "",
          described_arrays(file, metadata, "observation_space", episode + "/observations", "observation"));
  const std::size_t observations = all.arrays.size();
  std::vector<RecordedArray> actions = described_arrays(file, metadata, "action_space", episode + "/actions", "action");
  const bool many_actions = is_dict(actions);
  all.add("actions", "actions/", std::move(actions));
  Catalogue c{.file = file.file(), .arrays = {}, .actions = {"actions"}};
  const auto has = [&](const char* key) {
    return std::any_of(all.arrays.begin(), all.arrays.begin() + static_cast<std::ptrdiff_t>(observations),
                       [&](const RecordedArray& a) { return is_below(a.key, key); });
  };
  const bool has_goal = has("observation") && has("desired_goal");
  for (std::size_t i = 0; i < observations; ++i) {
    const bool is_goal = has_goal && is_below(all.arrays[i].key, "desired_goal");
    if (is_goal) rename_goal(all.arrays[i]);
    (is_goal ? c.goals : c.observations).push_back(all.arrays[i].key);
  }
  if (many_actions && all.arrays.size() == observations) c.actions.clear();
  c.arrays = all.arrays;
  return c;
}

/// What the metadata says of the environment, in terms of env.gymnasium.
DatasetInfo info_of(const Json& metadata) {
  DatasetInfo info;
  const std::string text = text_of(metadata, "env_spec");
  if (is_nested_deeper(text, 32)) return info;
  const Json spec = Json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (!spec.is_object() || text_of(spec, "id").empty()) return info;
  info.env = "gymnasium";
  Json options = {{"gymnasium", {{"id", text_of(spec, "id")}}}};
  if (const auto arguments = spec.find("kwargs"); arguments != spec.end() && arguments->is_object()) {
    options["gymnasium"]["arguments"] = *arguments;
    options["gymnasium"]["arguments"].erase("render_mode");  // the same environment
  }
  info.env_options = options.dump();
  return info;
}

void check_rows(const Hdf5Reader& file, const std::string& path, std::uint64_t rows, std::uint64_t expected) {
  if (rows != expected) file.fail(path, "has {} rows, expected {}", rows, expected);
}

/// The number of steps: of the first array of actions that is chosen.
Eigen::Index steps_of(const Hdf5Reader& file, const std::string& path) {
  const std::vector<std::uint64_t> shape = file.shape(path);
  if (shape.empty() || shape[0] == 0) file.fail(path, "is empty");
  return static_cast<Eigen::Index>(shape[0]);
}

Episode read_episode(const Hdf5Reader& file, const std::string& group, const Arrays& all, const Selection& selection) {
  const Eigen::Index steps = steps_of(file, group + "/" + all.paths[selection.actions.front().array]);
  Episode e = selected_episode(selection, steps, [&](std::size_t i) {
    const std::string path = group + "/" + all.paths[i];
    Matrix values = file.columns(path);
    if (values.rows() != steps + 1) check_rows(file, path, values.rows(), steps);
    if (values.cols() != std::ssize(all.arrays[i].columns)) {
      file.fail(path, "has {} columns, expected {}", values.cols(), all.arrays[i].columns.size());
    }
    return values;
  });
  const auto flags = [&](const char* name, std::vector<std::uint8_t>& to) {
    const std::string path = group + "/" + name;
    if (!file.has(path)) return;
    to = file.flags(path);
    check_rows(file, path, to.size(), steps);
  };
  flags("terminations", e.terminated);
  e.truncated.back() = e.terminated.back() == 0;
  flags("truncations", e.truncated);
  if (const std::string path = group + "/rewards"; file.has(path)) {
    e.rewards = file.numbers(path);
    check_rows(file, path, e.rewards.size(), steps);
  }
  return e;
}

}  // namespace

std::optional<fs::path> minari_file(const fs::path& folder) {
  for (const fs::path& data : {folder / "data", folder}) {
    if (fs::exists(data / "main_data.hdf5")) return data / "main_data.hdf5";
    if (!fs::exists(data / "metadata.json")) continue;
    throw_input_error("{}: is a dataset of Minari without main_data.hdf5; create it with data_format=\"hdf5\"",
                      folder.string());
  }
  return std::nullopt;
}

Dataset read_minari(const fs::path& hdf5_file, const ColumnChoice& choice) {
  const Hdf5Reader file(hdf5_file);
  const auto groups = numbered_groups(file, "/", "episode_");
  if (groups.empty()) throw_input_error("{}: contains no episodes", hdf5_file.string());
  const Json metadata = metadata_of(file, hdf5_file);
  Arrays all;
  Catalogue catalogue = catalogue_of(file, metadata, groups.begin()->second, all);
  const std::string where = fmt::format("{}: /", hdf5_file.string());
  describe(catalogue, catalogue.observations, read_column_attributes(file, "/", "observation"), where);
  describe(catalogue, catalogue.actions, read_column_attributes(file, "/", "action"), where);
  describe(catalogue, catalogue.goals, read_column_attributes(file, "/", "goal"), where);
  Selection selection = select_columns(catalogue, choice);
  if (selection.actions.empty()) throw_input_error("{}: data.actions chooses no column", hdf5_file.string());
  Dataset dataset{.info = info_of(metadata), .episodes = {}, .uniform_states = {}};
  for (const auto& [number, group] : groups) {
    Episode episode = read_episode(file, group, all, selection);
    episode.index = number;
    dataset.episodes.push_back(std::move(episode));
  }
  set_spec(dataset.info, std::move(selection));
  return dataset;
}

}  // namespace fm
