#include "libfm/gymnasium/worker.hpp"

#include "fm_gymnasium_worker.hpp"
#include "libfm/core/error.hpp"

#include <unistd.h>

#include <array>
#include <limits>
#include <utility>

namespace fm {
namespace {

using Json = nlohmann::json;

constexpr std::size_t message_bytes = 16384;  ///< as in worker.py
constexpr std::size_t alignment = 64;         ///< of shared arrays, as in worker.py
constexpr double start_factor = 5.0;          ///< of the timeout: imports take long

std::string request_of(const GymnasiumOptions& options, int copies) {
  return Json{{"id", options.id},
              {"arguments", options.arguments.value},
              {"horizon", options.horizon},
              {"copies", copies},
              {"parent", getpid()}}
      .dump();
}

std::vector<Dimension> dimensions_of(const Json& list) {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  std::vector<Dimension> dimensions;
  for (const Json& each : list) {
    const Json &low = each.at("low"), &high = each.at("high");
    dimensions.push_back({each.at("name"), "", low.is_null() ? -infinity : low.get<double>(),
                          high.is_null() ? infinity : high.get<double>()});
  }
  return dimensions;
}

/// Takes arrays from a block of memory, one after the other; of a null block it only counts bytes.
class Carver {
 public:
  explicit Carver(std::byte* block) : block_(block) {}

  template <class T>
  void take(std::span<T>& view, std::size_t count) {
    if (block_ != nullptr) view = {reinterpret_cast<T*>(block_ + used_), count};
    used_ += (count * sizeof(T) + alignment - 1) / alignment * alignment;
  }

  std::size_t used() const { return used_; }

 private:
  std::byte* block_;
  std::size_t used_ = 0;
};

/// In the order of worker.py's layout(). @return the bytes that n copies need
std::size_t carve(std::byte* block, std::size_t n, const EnvSpec& spec, SharedRows& rows) {
  Carver carver(block);
  carver.take(rows.message, message_bytes);
  carver.take(rows.commands, n);
  carver.take(rows.seeds, n);
  carver.take(rows.actions, n * spec.actions.size());
  carver.take(rows.observations, n * spec.observations.size());
  carver.take(rows.goals, n * spec.goals.size());
  carver.take(rows.rewards, n);
  carver.take(rows.terminated, n);
  carver.take(rows.truncated, n);
  carver.take(rows.success, n);
  return carver.used();
}

}  // namespace

GymnasiumWorker::GymnasiumWorker(const GymnasiumOptions& options, int copies)
    : options_(options), copies_(static_cast<std::size_t>(copies)),
      process_(options.python, gymnasium_worker_source, request_of(options, copies),
               fmt::format("env.gymnasium: the worker of '{}'", options.id)) {
  std::string text;
  for (std::array<char, 65536> buffer{}; text.empty() || text.back() != '\n';) {
    text.append(buffer.data(), process_.receive(buffer, start_factor * options.timeout));
  }
  const Json json = Json::parse(text);
  if (const auto error = json.find("error"); error != json.end()) {
    throw_input_error("env.gymnasium: '{}' cannot be made by {}: {}", options.id, options.python,
                      process_.with_output(error->get<std::string>()));
  }
  spec_ = {.name = options.id,
           .observations = dimensions_of(json.at("observations")),
           .actions = dimensions_of(json.at("actions")),
           .goals = dimensions_of(json.at("goals")),
           .states = {},
           .time_step = json.at("time_step"),
           .horizon = json.at("horizon")};
  content_ = json.at("content");
}

void GymnasiumWorker::make_copies() {
  const std::span<std::byte> shared = process_.share(carve(nullptr, copies_, spec_, rows_));
  carve(shared.data(), copies_, spec_, rows_);
  request();
  check_reply(start_factor * options_.timeout);
}

void GymnasiumWorker::wait() { check_reply(options_.timeout); }

void GymnasiumWorker::check_reply(double timeout) {
  std::array<char, 1> reply{};
  process_.receive(reply, timeout);
  if (reply[0] == '.') return;
  rows_.message.back() = '\0';
  throw_input_error("env.gymnasium: '{}' failed: {}", options_.id, process_.with_output(rows_.message.data()));
}

}  // namespace fm
