#pragma once
// The expert of the environment `toy_2d`: its actions are samples of the distribution, by (seed, episode, step).

#include "libfm/env/policy.hpp"
#include "libfm/toy/toy_2d.hpp"

#include <cstdint>

namespace fm {

class Toy2dExpert final : public Policy {
 public:
  Toy2dExpert(Toy2dOptions options, std::uint64_t seed)
      : options_(std::move(options)), stream_(seed, "toy_2d expert") {}

  void reset(int, std::span<const int>) override {}
  void act(const PolicyInput& input, PolicyOutput& output) override;

 private:
  Toy2dOptions options_;
  RandomStream stream_;
};

}  // namespace fm
