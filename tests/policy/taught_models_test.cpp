#include "libfm/policy/taught_models.hpp"

#include "libfm/core/error.hpp"
#include "libfm/policy/draws.hpp"

#include "tests/catch.hpp"
#include "tests/policy/small_model.hpp"

#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/linspace.h>
#include <ATen/ops/ones_like.h>
#include <ATen/ops/zeros.h>

#include <algorithm>
#include <cmath>

namespace {

/// Maps noise z0 to 3 z0 + 1.
class Affine final : public fm::PolicyModel {
 public:
  using PolicyModel::PolicyModel;

  at::Tensor losses(const fm::Batch&, const fm::RandomStream&, std::uint64_t) const override { return at::zeros({1}); }
  at::Tensor sample(const fm::Condition&, const at::Tensor& noise) const override { return 3 * noise.select(1, 0) + 1; }
};

std::shared_ptr<fm::PolicyModel> taught(const std::string& name) {
  fm::PolicyDescription d = fm::test::small_description();
  d.policy.name = name;
  auto model = fm::make_policy_model(d, fm::RandomStream(1, "init"));
  model->to(at::kDouble);
  return model;
}

fm::Batch taught_batch(const fm::PolicyModel& model) {
  return {at::linspace(-1, 1, 6, at::kDouble).view({6, 1, 1}),
          model.condition(at::linspace(-1, 1, 18, at::kDouble).view({6, 1, 3}), at::zeros({6, 0}, at::kDouble))};
}

}  // namespace

CATCH_TEST_CASE("distilled policies learn the teacher's map of the noise, not the data", "[taught_models]") {
  const fm::RandomStream stream(0, "batch");
  for (const char* name : {"reflow", "one_step"}) {
    CATCH_INFO(name);
    CATCH_CHECK(fm::learns_from_teacher(name));
    const auto model = taught(name);
    model->set_teacher(std::make_shared<Affine>(fm::test::small_description()));
    const fm::Batch batch = taught_batch(*model);
    fm::Batch other = batch;
    other.actions = at::ones_like(batch.actions);
    const at::Tensor loss = model->loss(batch, stream, 4);
    CATCH_CHECK(loss.equal(model->loss(other, stream, 4)));
    loss.backward();
    CATCH_CHECK(model->parameters().back().grad().abs().max().item<double>() > 0);
  }
}

CATCH_TEST_CASE("the one-step loss is the squared distance to what the teacher executes", "[taught_models]") {
  const fm::RandomStream stream(0, "batch");
  const auto model = taught("one_step");
  model->set_teacher(std::make_shared<Affine>(fm::test::small_description()));
  const fm::Batch batch = taught_batch(*model);
  const auto check = [&] {
    const at::Tensor z0 = fm::draw_flow(stream, 4, batch.actions, {.goal_drop = 0.0}, {}).noise;
    const at::Tensor x = model->sample(batch.condition, z0.unsqueeze(1)).flatten(), carried = (3 * z0 + 1).flatten();
    double sum = 0.0;
    int free = 0;
    for (std::int64_t i = 0; i < x.size(0); ++i) {
      const double student = x[i].item<double>(), teacher = std::clamp(carried[i].item<double>(), -1.0, 1.0);
      const bool same = std::abs(teacher) == 1.0 && std::clamp(student, -1.0, 1.0) == teacher;
      free += same ? 1 : 0;
      sum += same ? 0.0 : (student - teacher) * (student - teacher);
    }
    CATCH_CHECK(std::abs(model->loss(batch, stream, 4).item<double>() - sum / static_cast<double>(x.size(0))) < 1e-12);
    return free;
  };
  check();
  at::NoGradGuard no_grad;
  model->parameters().back().fill_(5.0);  // all above the highest action: no loss where the teacher is too
  const int free = check();
  CATCH_CHECK(0 < free);
  CATCH_CHECK(free < 6);
}

CATCH_TEST_CASE("a reflowed policy pairs the teacher's actions with their initial noise", "[taught_models]") {
  fm::PolicyDescription cool = fm::test::small_description();
  cool.sampler.temperature = 0.3;
  const auto model = taught("reflow");
  model->set_teacher(std::make_shared<Affine>(cool));
  const fm::Batch batch = taught_batch(*model);
  const fm::RandomStream stream(0, "batch");
  const fm::FlowDraws draws = fm::draw_flow(stream, 4, batch.actions, {}, {});
  const auto& flow = dynamic_cast<const fm::FlowModel&>(*model);
  const at::Tensor z0 = 0.3 * draws.noise, x1 = 3 * draws.noise + 1, t = draws.times;
  const at::Tensor z = t.view({6, 1, 1}) * x1 + (1 - t.view({6, 1, 1})) * z0;
  const at::Tensor v = flow.velocity(batch.condition, z, t);
  const double expected = (v - (x1 - z0)).square().mean().item<double>();
  CATCH_CHECK(std::abs(model->loss(batch, stream, 4).item<double>() - expected) < 1e-12);
}

CATCH_TEST_CASE("a student with the teacher's network starts as its single Euler step", "[taught_models]") {
  fm::PolicyDescription d = fm::test::small_description();
  d.sampler = {.solver = "euler", .steps = 1, .temperature = 0.3};
  const auto teacher = fm::make_policy_model(d, fm::RandomStream(2, "init"));
  d.policy.name = "one_step";
  const auto student = fm::make_policy_model(d, fm::RandomStream(1, "init"));
  student->set_teacher(teacher);
  const fm::Condition condition = student->condition(at::linspace(-1, 1, 18).view({6, 1, 3}), at::zeros({6, 0}));
  const at::Tensor noise = at::linspace(-2, 2, 6).view({6, 1, 1, 1});
  const at::NoGradGuard no_grad;
  CATCH_CHECK(student->sample(condition, noise).allclose(teacher->sample(condition, noise)));
  d.sampler.temperature = 0.4;
  const auto warmer = fm::make_policy_model(d, fm::RandomStream(1, "init"));
  CATCH_CHECK_THROWS_AS(warmer->set_teacher(teacher), fm::InputError);
  d.sampler.temperature = 0.2;
  d.network.mlp.hidden = {8};
  const auto other = fm::make_policy_model(d, fm::RandomStream(1, "init"));
  const at::Tensor before = other->sample(condition, noise);
  other->set_teacher(teacher);
  CATCH_CHECK(other->sample(condition, noise).equal(before));
}

CATCH_TEST_CASE("a teacher is required by some policies and refused by others", "[taught_models]") {
  const auto model = taught("reflow");
  CATCH_CHECK_THROWS_AS(model->loss(taught_batch(*model), fm::RandomStream(0, "batch"), 0), fm::InputError);
  CATCH_CHECK(!fm::learns_from_teacher("flow"));
  CATCH_CHECK_THROWS_AS(fm::test::small_model(at::kFloat)->set_teacher(model), fm::InputError);
  CATCH_CHECK_THROWS_AS(model->set_teacher(taught("mse")), fm::InputError);  // does not depend on the noise
}
