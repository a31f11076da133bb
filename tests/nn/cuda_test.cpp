// Networks, precision and graphs on CUDA against the CPU.

#include "libfm/nn/cuda_support.hpp"
#include "libfm/nn/jvp.hpp"
#include "libfm/nn/precision.hpp"
#include "libfm/nn/velocity_net.hpp"

#include "tests/cuda.hpp"
#include "tests/nn/tensors.hpp"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/matmul.h>
#include <ATen/ops/ones_like.h>
#include <ATen/ops/zeros_like.h>

namespace {

constexpr int cuda_rows = 6;
const fm::NetworkSizes cuda_sizes{
    .actions = 2, .action_horizon = 3, .observations = 4, .observation_history = 2, .goals = 1};

std::shared_ptr<fm::VelocityNet> network_on(c10::Device device, const std::string& name) {
  const fm::NetworkOptions options{.name = name,
                                   .mlp = {{16, 16}},
                                   .residual_mlp = {.width = 12, .blocks = 2},
                                   .transformer = {.width = 12, .layers = 2, .heads = 3},
                                   .unet = {.channels = {4, 6}, .blocks = 2, .kernel = 3, .groups = 2},
                                   .gru = {.width = 6},
                                   .time_embedding = 8};
  auto net = fm::make_network(options, cuda_sizes, fm::RandomStream(0, "init"));
  const at::NoGradGuard no_grad;
  std::uint64_t i = 100;
  for (at::Tensor& p : net->parameters()) p.copy_(0.4 * normals(p.sizes(), ++i));  // no part starts at 0
  net->to(device, at::kDouble);
  return net;
}

at::Tensor doubles(at::IntArrayRef shape, std::uint64_t position, c10::Device device) {
  return normals(shape, position).to(device, at::kDouble);
}

fm::Condition condition_on(c10::Device device) {
  return {doubles({cuda_rows, 2, 4}, 1, device), doubles({cuda_rows, 1}, 2, device),
          at::ones_like(doubles({cuda_rows}, 3, device))};
}

at::Tensor output_of(const fm::VelocityNet& net, c10::Device device) {
  return net.forward(doubles({cuda_rows, 3, 2}, 4, device), doubles({cuda_rows, 1}, 5, device).sigmoid(),
                     condition_on(device));
}

}  // namespace

CATCH_TEST_CASE("every network computes on CUDA what it computes on the CPU, gradients included", "[cuda]") {
  const auto device = fm::test::cuda_device();
  if (!device) return;
  for (const std::string& name : fm::names_in(fm::network_kinds)) {
    CATCH_INFO(name);
    const auto cpu = network_on(at::kCPU, name), cuda = network_on(*device, name);
    const at::Tensor expected = output_of(*cpu, at::kCPU), found = output_of(*cuda, *device);
    CATCH_CHECK(difference(found.cpu(), expected) < 1e-12);
    expected.square().sum().backward();
    found.square().sum().backward();
    const auto theirs = cpu->parameters(), ours = cuda->parameters();
    for (std::size_t i = 0; i < ours.size(); ++i) {
      CATCH_CHECK(difference(ours[i].grad().cpu() + 1.0, theirs[i].grad() + 1.0) < 1e-10);
    }
  }
}

CATCH_TEST_CASE("the Jacobian-vector product of every network on CUDA is the CPU's", "[cuda]") {
  const auto device = fm::test::cuda_device();
  if (!device) return;
  const at::NoGradGuard no_grad;
  for (const std::string& name : fm::names_in(fm::network_kinds)) {
    CATCH_INFO(name);
    const auto along = [&](c10::Device where) {
      const auto net = network_on(where, name);
      const auto f = [&](std::span<const at::Tensor> x) { return net->forward(x[0], x[1], condition_on(where)); };
      const at::Tensor z = doubles({cuda_rows, 3, 2}, 4, where), t = doubles({cuda_rows, 1}, 5, where).sigmoid();
      return fm::jvp(f, std::vector<at::Tensor>{z, t},
                     std::vector<at::Tensor>{doubles(z.sizes(), 6, where), at::ones_like(t)});
    };
    const fm::Dual expected = along(at::kCPU), found = along(*device);
    CATCH_CHECK(difference(found.value.cpu(), expected.value) < 1e-12);
    CATCH_CHECK(difference(found.tangent.cpu(), expected.tangent) < 1e-10);
  }
}

CATCH_TEST_CASE("tf32 rounds products to 11 bits, float32 does not", "[cuda]") {
  const auto device = fm::test::cuda_device();
  if (!device) return;
  const at::Tensor a = normals({256, 256}, 1), b = normals({256, 256}, 2);
  const at::Tensor exact = at::matmul(a.to(at::kDouble), b.to(at::kDouble)), x = a.to(*device), y = b.to(*device);
  CATCH_CHECK(difference(at::matmul(x, y).cpu(), exact) < 2e-6);
  {
    const fm::TensorFloat32 rounding("tf32", device->type());
    const double error = difference(at::matmul(x, y).cpu(), exact);
    CATCH_CHECK((error > 2e-5 && error < 2e-3));
  }
  CATCH_CHECK(difference(at::matmul(x, y).cpu(), exact) < 2e-6);
}

CATCH_TEST_CASE("passes through a perceptron on CUDA are those of autograd within the rounding of products", "[cuda]") {
  const auto device = fm::test::cuda_device();
  if (!device) return;
  struct Case {
    int rows, actions, width;
    const char* precision;
    double tolerance;
  };
  // Small products have kernels of their own in TF32 and bfloat16; the edges of 21 and 37 are no multiples of a tile.
  for (const Case& c :
       {Case{256, 1, 256, "float32", 1e-5}, Case{256, 1, 256, "tf32", 3e-3}, Case{37, 21, 36, "tf32", 3e-3},
        Case{200, 21, 512, "tf32", 3e-3}, Case{1030, 21, 260, "tf32", 3e-3}, Case{37, 21, 36, "bfloat16", 3e-3},
        Case{1030, 21, 512, "bfloat16", 3e-2}}) {
    CATCH_INFO(c.rows << " rows, " << c.actions << " actions, width " << c.width << ", " << c.precision);
    const fm::NetworkSizes sizes{.actions = c.actions, .observations = 3};
    const auto make = [&](c10::Device where, at::ScalarType type) {
      auto net = fm::make_network({.mlp = {{c.width, c.width, c.width}}, .time_embedding = 8}, sizes,
                                  fm::RandomStream(0, "init"));
      net->to(where, type);
      return net;
    };
    const auto inputs = [&](c10::Device where, at::ScalarType type) {
      const auto at = [&](at::IntArrayRef shape, std::uint64_t k) { return normals(shape, k).to(where, type); };
      return std::tuple(at({c.rows, c.actions}, 1), at({c.rows, c.actions}, 2), at({c.rows}, 3).sigmoid(),
                        at({c.rows}, 4).exp(), fm::Condition{.observations = at({c.rows, 1, 3}, 5)});
    };
    const auto exact = make(at::kCPU, at::kDouble), net = make(*device, at::kFloat);
    const auto [x1, z0, t, w, condition] = inputs(at::kCPU, at::kDouble);
    const at::Tensor z = t.unsqueeze(1) * x1 + (1.0 - t.unsqueeze(1)) * z0;
    const at::Tensor output = exact->forward(z.unsqueeze(1), t.unsqueeze(1), condition).squeeze(1);
    const at::Tensor expected = (w.unsqueeze(1) * (output - (x1 - z0)).square()).mean();
    expected.backward();

    const auto [X1, Z0, T, W, on_device] = inputs(*device, at::kFloat);
    const fm::TensorFloat32 tf32(c.precision, device->type());
    const fm::ProductPrecision bfloat16(c.precision, device->type());
    for (int repeat = 0; repeat < 2; ++repeat) {  // gradients are replaced, not added
      const at::Tensor loss = net->try_regression({X1, Z0, T, {}, W}, on_device);
      CATCH_REQUIRE(loss.defined());
      CATCH_CHECK(difference(loss.cpu(), expected) < c.tolerance);
    }
    const auto theirs = exact->parameters(), ours = net->parameters();
    for (std::size_t i = 0; i < ours.size(); ++i) {
      CATCH_INFO("parameter " << i);
      CATCH_CHECK(difference(ours[i].grad().cpu(), theirs[i].grad()) < 3 * c.tolerance);
    }
    const at::NoGradGuard no_grad;
    const at::Tensor found = net->forward(z.unsqueeze(1).to(*device, at::kFloat), T.unsqueeze(1), on_device);
    CATCH_CHECK(difference(found.squeeze(1).cpu(), output) < c.tolerance);
  }
}

CATCH_TEST_CASE("a graph computes what was recorded with the values of now", "[cuda]") {
  const auto device = fm::test::cuda_device();
  if (!device) return;
  CATCH_REQUIRE(fm::cuda_support() != nullptr);
  const at::NoGradGuard no_grad;
  const fm::DeviceStream stream(*device);
  const auto on_stream = stream.enter();
  const at::Tensor x = normals({100}, 1).to(*device);
  at::Tensor y = at::zeros_like(x);
  const auto graph = fm::cuda_support()->make_graph();
  graph->record([&] { y.copy_(x.sin() + 1.0); });
  CATCH_CHECK(y.abs().max().item<double>() == 0.0);  // recording computes nothing
  for (std::uint64_t i = 2; i < 5; ++i) {
    x.copy_(normals({100}, i));
    graph->replay();
    CATCH_CHECK(difference(y.cpu(), normals({100}, i).sin() + 1.0) < 1e-6);
  }
}

CATCH_TEST_CASE("an error while a graph is recorded is passed on, and the device goes on", "[cuda]") {
  const auto device = fm::test::cuda_device();
  if (!device) return;
  const fm::DeviceStream stream(*device);
  const auto on_stream = stream.enter();
  const at::Tensor x = normals({10}, 1).to(*device);
  {
    const auto graph = fm::cuda_support()->make_graph();
    CATCH_CHECK_THROWS_AS(graph->record([&] { throw fm::InputError("stop"); }), fm::InputError);
  }
  CATCH_CHECK(difference((x + 1.0).cpu(), normals({10}, 1) + 1.0) < 1e-6);
}

CATCH_TEST_CASE("waiting for the device can be forbidden", "[cuda]") {
  const auto device = fm::test::cuda_device();
  if (!device) return;
  const at::Tensor x = normals({10}, 1).to(*device);
  fm::cuda_support()->forbid_waiting(true);
  CATCH_CHECK_THROWS(x.sum().item<float>());
  fm::cuda_support()->forbid_waiting(false);
  CATCH_CHECK_NOTHROW(x.sum().item<float>());
}
