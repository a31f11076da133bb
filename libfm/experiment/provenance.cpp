#include "libfm/experiment/provenance.hpp"

#include "fm_git_commit.hpp"
#include "libfm/core/parallel.hpp"
#include "libfm/nn/device.hpp"

#include <fmt/core.h>
#include <torch/headeronly/version.h>
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

nlohmann::ordered_json cuda() {
  const std::optional<long> version = cuda_version();
  return version ? nlohmann::ordered_json(*version) : nlohmann::ordered_json();
}

}  // namespace

std::string git_commit() { return FM_GIT_COMMIT; }

nlohmann::ordered_json provenance(const Experiment& experiment) {
  return {{"started", utc_now()},
          {"libfm", FM_VERSION},
          {"git_commit", git_commit()},
          {"seed", experiment.seed},
          {"device", experiment.device},
          {"threads", threads()},
          {"cpu", cpu_model()},
          {"compiler", fmt::format("{} {}", __VERSION__, FM_BUILD_TYPE)},
          {"libraries",
           {{"libtorch", TORCH_VERSION},
            {"cuda", cuda()},
            {"eigen", fmt::format("{}.{}.{}", EIGEN_WORLD_VERSION, EIGEN_MAJOR_VERSION, EIGEN_MINOR_VERSION)},
            {"fmt", FMT_VERSION}}},
          {"image_digest", image_digest()}};
}

}  // namespace fm
