#include "libfm/data/parts.hpp"

#include "libfm/core/error.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <map>
#include <system_error>
#include <utility>
#include <vector>

namespace fm {
namespace {

namespace fs = std::filesystem;

std::vector<fs::path> part_files(const fs::path& parts) {
  std::vector<fs::path> files;
  if (!fs::exists(parts)) return files;
  for (const fs::directory_entry& entry : fs::directory_iterator(parts)) {
    if (entry.path().extension() == ".h5") files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  return files;
}

Dataset read_part(const fs::path& file, const DatasetInfo& info) {
  Dataset part = read_dataset(file);
  if (part.info != info) throw_input_error("{}: was collected with different settings", file.string());
  return part;
}

}  // namespace

void write_part(const fs::path& parts, const DatasetInfo& info, std::span<const Episode> episodes) {
  std::error_code error;
  fs::create_directories(parts, error);
  if (error) throw_machine_error("{}: cannot be created: {}", parts.string(), error.message());
  write_dataset(parts / fmt::format("{:06}.h5", episodes.front().index),
                {.info = info, .episodes = std::vector(episodes.begin(), episodes.end()), .uniform_states = {}});
}

std::set<std::uint64_t> collected_episodes(const fs::path& parts, const DatasetInfo& info) {
  std::set<std::uint64_t> indices;
  for (const fs::path& file : part_files(parts)) {
    try {
      for (const Episode& episode : read_part(file, info).episodes) indices.insert(episode.index);
    } catch (const InputError& error) {
      spdlog::warn("{}; its episodes will be collected again", error.what());
      fs::rename(file, file.string() + ".refused");
    }
  }
  return indices;
}

void merge_parts(const fs::path& parts, const DatasetInfo& info, std::uint64_t count, LabelledStates uniform_states,
                 const fs::path& data_file) {
  Episodes all;
  for (const fs::path& file : part_files(parts)) all.append(read_part(file, info).episodes);
  std::map<std::uint64_t, std::size_t> found;
  for (std::size_t i = 0; i < all.size(); ++i) found.emplace(all.index(i), i);
  std::vector<std::size_t> order;
  for (std::uint64_t index = 0; index < count; ++index) {
    const auto episode = found.find(index);
    if (episode == found.end()) throw_machine_error("{}: episode {} is missing from all parts", parts.string(), index);
    order.push_back(episode->second);
  }
  write_dataset(data_file, {.info = info, .episodes = all.subset(order), .uniform_states = std::move(uniform_states)});
}

}  // namespace fm
