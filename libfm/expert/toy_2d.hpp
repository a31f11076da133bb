#pragma once
// The distribution itself, as the expert of the environment `toy_2d`: its action is a sample, by (episode, step).

#include "libfm/env/policy.hpp"
#include "libfm/env/toy_2d.hpp"

namespace fm {

class Toy2dExpert final : public Policy {
 public:
  explicit Toy2dExpert(Toy2dOptions options) : options_(std::move(options)) {}

  void reset(int, std::span<const int>) override {}
  void act(const PolicyInput& input, PolicyOutput& output) override;

 private:
  Toy2dOptions options_;
  RandomStream stream_{0, "toy_2d expert"};
};

}  // namespace fm
