#pragma once
// An actor as a Policy: it explores, and what it records travels as extras.

#include "libfm/env/policy.hpp"
#include "libfm/rl/actor.hpp"

#include <memory>

namespace fm {

class ActorPolicy final : public Policy {
 public:
  /// @param noise stream of the actor's noise, by (episode, step)
  ActorPolicy(std::shared_ptr<const Actor> actor, const RandomStream& noise)
      : actor_(std::move(actor)), noise_(noise) {}

  void reset(int, std::span<const int>) override {}
  void act(const PolicyInput& input, PolicyOutput& output) override;
  std::vector<std::string> extras() const override;

 private:
  std::shared_ptr<const Actor> actor_;
  RandomStream noise_;
};

}  // namespace fm
