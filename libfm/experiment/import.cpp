#include "libfm/experiment/import.hpp"

#include "libfm/core/error.hpp"
#include "libfm/core/log.hpp"
#include "libfm/data/minari_writer.hpp"
#include "libfm/data/recording.hpp"
#include "libfm/data/robomimic_writer.hpp"
#include "libfm/experiment/experiment.hpp"
#include "libfm/experiment/scripts.hpp"
#include "libfm/experiment/user_data.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <cstring>
#include <system_error>

namespace fm {
namespace {

/// A folder that is removed with what is in it.
class ScratchFolder {
 public:
  ScratchFolder() : path_((std::filesystem::temp_directory_path() / "fm_import_XXXXXX").string()) {
    if (mkdtemp(path_.data()) == nullptr) throw_machine_error("{}: cannot be created: {}", path_, std::strerror(errno));
  }
  ~ScratchFolder() {
    std::error_code unused;
    std::filesystem::remove_all(path_, unused);
  }
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;

  std::filesystem::path path() const { return path_; }

 private:
  std::string path_;
};

void replace_all(std::string& text, const std::string& from, const std::string& to) {
  for (std::size_t at = text.find(from); at != text.npos; at = text.find(from, at + to.size())) {
    text.replace(at, from.size(), to);
  }
}

void check_setting(const std::string& setting) {
  const std::string key = setting.substr(0, setting.find('='));
  const std::array used = {"data.observations", "data.actions", "data.goals", "data.columns", "data.mixed"};
  if (std::ranges::find(used, key) != used.end() || key.starts_with("data.columns.")) return;
  throw_input_error("{}: fm import takes data.observations, data.actions, data.goals, data.columns and data.mixed",
                    setting);
}

Experiment experiment_of(const std::filesystem::path& from, const std::vector<std::string>& settings) {
  Experiment e;
  e.env.name = no_env;
  e.data.files = {from.string()};
  return varied(e, settings);
}

Dataset read_with(const std::filesystem::path& from, const std::vector<std::string>& settings) {
  return read_user_data(experiment_of(from, settings), true);
}

/// Reads what scripts/import_zarr makes of the store. Errors name the store.
Dataset read_zarr(const std::filesystem::path& store, const std::vector<std::string>& settings) {
  const ScratchFolder scratch;
  const auto arrays = scratch.path() / (store.stem().string() + ".npz");
  std::vector<std::string> words = {"--", store.string(), arrays.string()};
  const ColumnChoice choice = experiment_of(arrays, settings).data.choice;
  for (const auto* chosen : {&choice.observations, &choice.actions, &choice.goals}) {
    words.insert(words.end(), chosen->begin(), chosen->end());
  }
  run_script("fm import", "import_zarr", words);
  try {
    return read_with(arrays, settings);
  } catch (const InputError& error) {
    std::string text = error.what();
    replace_all(text, arrays.string(), store.string());
    throw InputError(text);
  }
}

/// Says what episodes have beside the arrays that every format has.
void say_left_out(const Dataset& dataset, const char* format) {
  std::vector<std::string> left_out;
  const auto any = [&](Matrix Episode::*part) {
    return std::ranges::any_of(dataset.episodes, [&](const Episode& e) { return (e.*part).size() > 0; });
  };
  if (any(&Episode::executed_actions)) left_out.emplace_back("executed actions");
  if (any(&Episode::states)) left_out.emplace_back("states");
  if (!dataset.weights.empty()) left_out.emplace_back("weights");
  if (dataset.uniform_states.actions.rows() > 0) left_out.emplace_back("labelled states");
  if (!left_out.empty()) spdlog::info("{} has no place for {}; left out", format, fmt::join(left_out, ", "));
}

struct DescribedDataset {
  Dataset dataset;
  EnvSpec spec;
};

DescribedDataset read_for_export(const std::filesystem::path& from, const char* format) {
  Dataset dataset = read_recording(from);
  EnvSpec spec = spec_of_data(dataset, from.string());
  check_data_fits(dataset, spec, from.string());
  say_left_out(dataset, format);
  return {std::move(dataset), std::move(spec)};
}

}  // namespace

void import_recording(const std::filesystem::path& from, const std::filesystem::path& to,
                      const std::vector<std::string>& settings) {
  if (std::filesystem::exists(to)) throw_input_error("{}: exists already; nothing is overwritten", to.string());
  if (!std::filesystem::exists(from)) throw_input_error("{}: there is no such file or folder", from.string());
  for (const std::string& setting : settings) check_setting(setting);
  write_dataset(to, is_zarr(from) ? read_zarr(from, settings) : read_with(from, settings));
}

void export_minari(const std::filesystem::path& from, const std::filesystem::path& folder) {
  const auto [dataset, spec] = read_for_export(from, "Minari");
  write_minari(folder, dataset, spec);
}

void export_robomimic(const std::filesystem::path& from, const std::filesystem::path& file) {
  const auto [dataset, spec] = read_for_export(from, "robomimic");
  write_robomimic(file, dataset, spec);
}

}  // namespace fm
