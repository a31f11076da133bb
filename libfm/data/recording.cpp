#include "libfm/data/recording.hpp"

#include "libfm/core/error.hpp"
#include "libfm/data/dataset_columns.hpp"
#include "libfm/data/flat_recording.hpp"
#include "libfm/data/hdf5_reader.hpp"
#include "libfm/data/minari_reader.hpp"
#include "libfm/data/numbered_groups.hpp"
#include "libfm/data/robomimic_reader.hpp"
#include "libfm/data/zip_file.hpp"

#include <algorithm>
#include <array>
#include <fstream>
#include <string_view>

namespace fm {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view hdf5_signature("\x89HDF\r\n\x1a\n", 8);

bool begins_with(const fs::path& file, std::string_view signature) {
  if (!fs::is_regular_file(file)) return false;  // opening a pipe would wait
  std::string begin(signature.size(), '\0');
  std::ifstream(file, std::ios::binary).read(begin.data(), static_cast<std::streamsize>(begin.size()));
  return begin == signature;
}

bool is_zarr_member(const std::string& name) {
  const std::string last = name.substr(name.rfind('/') + 1);
  return last == ".zgroup" || last == ".zarray" || last == "zarr.json";
}

Dataset read_hdf5(const fs::path& path, const ColumnChoice& choice) {
  const Hdf5Reader file(path);
  if (file.has("/episodes")) return choose_columns(read_dataset(path), choice, path.string());
  if (is_robomimic(file)) return read_robomimic(file, choice);
  if (!numbered_groups(file, "/", "episode_").empty()) return read_minari(path, choice);
  if (is_flat(file)) return read_flat_hdf5(file, choice);
  std::vector<std::string> names = file.names("/");
  std::ranges::sort(names);
  names.resize(std::min<std::size_t>(names.size(), 10));
  throw_input_error(
      "{}: is an HDF5 file of an unknown layout: expected /episodes (libfm), /data/demo_0 (robomimic), /episode_0 "
      "(Minari), "
      "or /observations and /actions (D4RL); it has: {}",
      path.string(), names.empty() ? "nothing" : fmt::format("/{}", fmt::join(names, ", /")));
}

}  // namespace

bool is_zarr(const fs::path& path) {
  if (fs::is_directory(path)) {
    return std::ranges::any_of(std::array{".zgroup", ".zmetadata", "zarr.json"},
                               [&](const char* name) { return fs::exists(path / name); });
  }
  if (!is_zip(path)) return false;
  const ZipFile zip(path);
  return std::ranges::any_of(zip.members(), [](const ZipFile::Member& m) { return is_zarr_member(m.name); });
}

bool is_recording(const fs::path& path) {
  if (fs::is_directory(path)) return is_zarr(path) || minari_file(path).has_value();
  const std::string extension = path.extension().string();
  return extension == ".h5" || extension == ".hdf5" || extension == ".npz" || begins_with(path, hdf5_signature) ||
         is_zip(path);
}

Dataset read_recording(const fs::path& path, const ColumnChoice& choice) {
  if (is_zarr(path)) {
    throw_input_error("{0}: is a Zarr store, which is converted once: fm import {0} {1}.h5", path.string(),
                      path.stem().string());
  }
  if (fs::is_directory(path)) {
    const auto minari = minari_file(path);
    if (minari) return read_minari(*minari, choice);
    throw_input_error("{}: is a folder that is neither a dataset of Minari (data/main_data.hdf5) nor a Zarr store",
                      path.string());
  }
  if (is_zip(path)) return read_npz(path, choice);
  if (begins_with(path, "\x93NUMPY")) {
    throw_input_error(
        "{}: is a single array; store it with the others in one file: numpy.savez(\"{}.npz\", observations=..., "
        "actions=..., episode_ends=...)",
        path.string(), path.stem().string());
  }
  return read_hdf5(path, choice);
}

}  // namespace fm
