#include "libfm/experiment/provenance.hpp"

#include "fm_git_commit.hpp"
#include "libfm/core/atomic_file.hpp"
#include "libfm/core/error.hpp"
#include "libfm/core/json_options.hpp"
#include "libfm/core/parallel.hpp"
#include "libfm/nn/device.hpp"
#include "libfm/simd/instruction_set.hpp"

#include <fmt/core.h>
#include <mujoco/mujoco.h>
#include <torch/headeronly/version.h>
#include <unistd.h>
#include <Eigen/Core>

#include <chrono>
#include <cstdlib>
#include <ctime>
#include <fstream>
#include <string>

namespace fm {
namespace {

std::string cpu_model() {
  std::ifstream cpuinfo("/proc/cpuinfo");
  for (std::string line; std::getline(cpuinfo, line);) {
    if (line.starts_with("model name")) return line.substr(line.find(':') + 2);
  }
  return "unknown";
}

std::string utc_now() {
  const std::time_t now = std::chrono::system_clock::to_time_t(std::chrono::system_clock::now());
  std::tm time{};
  gmtime_r(&now, &time);
  char text[32];
  std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &time);
  return text;
}

/// The digest of the container image, which is known only outside the container and passed in by the user.
nlohmann::ordered_json image_digest() {
  const char* digest = std::getenv("FM_IMAGE_DIGEST");
  return digest == nullptr ? nlohmann::ordered_json() : nlohmann::ordered_json(digest);
}

/// CUDA encodes 13.2 as 13020.
nlohmann::ordered_json cuda() {
  const std::optional<long> version = cuda_version();
  if (!version) return nullptr;
  return fmt::format("{}.{}", *version / 1000, *version % 1000 / 10);
}

std::string hostname() {
  char name[256] = "unknown";
  gethostname(name, sizeof name - 1);
  return name;
}

/// Whether the program was built from a tree with changes; null outside git.
nlohmann::ordered_json dirty() {
  const std::string commit = git_commit();
  if (commit == "unknown") return nullptr;
  return commit.find('+') != std::string::npos;
}

std::vector<std::string> instruction_set_names() {
  std::vector<std::string> names;
  for (const InstructionSet set : instruction_sets()) names.push_back(name_of(set));
  return names;
}

}  // namespace

std::string git_commit() { return FM_GIT_COMMIT; }

nlohmann::ordered_json provenance(const Experiment& experiment) {
  return {{"started", utc_now()},
          {"libfm", FM_VERSION},
          {"git_commit", git_commit()},
          {"git_dirty", dirty()},
          {"host", hostname()},
          {"seed", experiment.seed},
          {"device", experiment.device},
          {"threads", threads()},
          {"cpu", cpu_model()},
          {"instruction_sets", instruction_set_names()},
          {"compiler", fmt::format("{} {}", __VERSION__, FM_BUILD_TYPE)},
          {"libraries",
           {{"libtorch", TORCH_VERSION},
            {"cuda", cuda()},
            {"mujoco", mj_versionString()},
            {"eigen", fmt::format("{}.{}.{}", EIGEN_WORLD_VERSION, EIGEN_MAJOR_VERSION, EIGEN_MINOR_VERSION)},
            {"fmt", fmt::format("{}.{}.{}", FMT_VERSION / 10000, FMT_VERSION / 100 % 100, FMT_VERSION % 100)}}},
          {"image_digest", image_digest()},
          {"env_content", env_content(experiment.env)},
          {"configuration", options_to_json(experiment)}};
}

nlohmann::ordered_json read_provenance(const std::filesystem::path& directory) {
  const std::filesystem::path file = directory / "provenance.json";
  auto provenance = nlohmann::ordered_json::parse(read_file(file, 1 << 26), nullptr, /*allow_exceptions=*/false);
  if (!provenance.is_object()) throw_input_error("{}: is damaged: it is not a JSON object", file.string());
  return provenance;
}

void write_provenance(const std::filesystem::path& directory, const nlohmann::ordered_json& provenance) {
  write_file_atomically(directory / "provenance.json", provenance.dump(2) + "\n");
}

}  // namespace fm
