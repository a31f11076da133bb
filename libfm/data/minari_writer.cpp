#include "libfm/data/minari_writer.hpp"

#include "libfm/core/atomic_file.hpp"
#include "libfm/core/error.hpp"
#include "libfm/data/column_attributes.hpp"
#include "libfm/data/dataset_arrays.hpp"
#include "libfm/data/minari_space.hpp"

#include <system_error>

namespace fm {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

/// The folder FOLDER.tmp beside FOLDER, removed unless it is put in place.
class UnfinishedFolder {
 public:
  explicit UnfinishedFolder(const fs::path& target)
      : target_(target.has_filename() ? target : target.parent_path()), path_(target_.string() + ".tmp") {
    if (fs::exists(path_)) {
      throw_input_error("{}: is left of a conversion that was interrupted; remove it", path_.string());
    }
    std::error_code error;
    fs::create_directories(path_ / "data", error);
    if (error) throw_machine_error("{}: cannot be created: {}", (path_ / "data").string(), error.message());
  }
  ~UnfinishedFolder() {
    std::error_code unused;
    if (!in_place_) fs::remove_all(path_, unused);
  }
  UnfinishedFolder(const UnfinishedFolder&) = delete;
  UnfinishedFolder& operator=(const UnfinishedFolder&) = delete;

  const fs::path& path() const { return path_; }

  void put_in_place() {
    std::error_code error;
    fs::rename(path_, target_, error);
    if (error) throw_machine_error("{}: cannot be created: {}", target_.string(), error.message());
    in_place_ = true;
  }

 private:
  fs::path target_;
  fs::path path_;
  bool in_place_ = false;
};

const char* dtype(Stored stored) { return stored == Stored::float32 ? "float32" : "float64"; }

void check(const Dataset& dataset) {
  if (dataset.episodes.empty()) throw InputError("fm export --minari: there are no episodes");
  for (const Episode& e : dataset.episodes) {
    if (e.observations.rows() == e.steps()) {
      throw_input_error(
          "fm export --minari: episode {} has no observation after its last action, which the layout of "
          "Minari requires",
          e.index);
    }
    if (e.rewards.empty()) {
      throw_input_error("fm export --minari: episode {} has no rewards, which the layout of Minari requires", e.index);
    }
  }
}

std::string metadata_of(const Dataset& dataset, const EnvSpec& spec, const StoredTypes& stored) {
  std::int64_t steps = 0;
  for (const Episode& e : dataset.episodes) steps += e.steps();
  const std::string box = box_to_json(spec.observations, dtype(stored.observations));
  const std::string observations =
      spec.goals.empty() ? box
                         : fmt::format(R"({{"type": "Dict", "subspaces": {{"desired_goal": {}, "observation": {}}}}})",
                                       box_to_json(spec.goals, dtype(stored.goals)), box);
  const Json metadata = {{"total_episodes", dataset.episodes.size()},
                         {"total_steps", steps},
                         {"data_format", "hdf5"},
                         {"jpeg_encoding", true},
                         {"observation_space", observations},
                         {"action_space", box_to_json(spec.actions, dtype(stored.actions))},
                         {"dataset_id", "libfm/dataset-v0"},
                         {"minari_version", "0.5.0"}};
  return metadata.dump() + "\n";
}

void write_episode(Hdf5Writer& file, std::size_t number, const Episode& e, const StoredTypes& stored) {
  const std::string path = fmt::format("/episode_{}", number);
  file.group(path);
  file.attribute(path, "id", std::uint64_t{number});
  file.attribute(path, "total_steps", static_cast<std::uint64_t>(e.steps()));
  if (e.goals.cols() == 0) {
    write_rows(file, path + "/observations", e.observations, stored.observations);
  } else {
    file.group(path + "/observations");
    write_rows(file, path + "/observations/desired_goal", e.goals, stored.goals);
    write_rows(file, path + "/observations/observation", e.observations, stored.observations);
  }
  write_rows(file, path + "/actions", e.actions, stored.actions);
  file.array(path + "/rewards", {e.rewards.size()}, std::span<const double>(e.rewards));
  file.booleans(path + "/terminations", e.terminated);
  file.booleans(path + "/truncations", e.truncated);
}

}  // namespace

void write_minari(const fs::path& folder, const Dataset& dataset, const EnvSpec& spec) {
  check(dataset);
  if (fs::exists(folder)) throw_input_error("{}: exists already; nothing is overwritten", folder.string());
  const StoredTypes stored(dataset);
  Hdf5Writer file;
  write_column_attributes(file, "/", "observation", spec.observations);
  write_column_attributes(file, "/", "action", spec.actions);
  if (!spec.goals.empty()) write_column_attributes(file, "/", "goal", spec.goals);
  for (std::size_t n = 0; n < dataset.episodes.size(); ++n) write_episode(file, n, *dataset.episodes[n], stored);
  UnfinishedFolder unfinished(folder);
  file.save(unfinished.path() / "data" / "main_data.hdf5");
  write_file_atomically(unfinished.path() / "data" / "metadata.json", metadata_of(dataset, spec, stored));
  unfinished.put_in_place();
}

}  // namespace fm
