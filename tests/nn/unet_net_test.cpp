// The temporal U-Net against a plain implementation in loops, and its parts against closed forms.

#include "libfm/nn/unet_net.hpp"

#include "libfm/core/error.hpp"
#include "libfm/env/environment.hpp"

#include "tests/catch.hpp"
#include "tests/core/error_of.hpp"
#include "tests/nn/tensors.hpp"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/ones.h>

#include <cmath>

using fm::Matrix;

namespace {

double plain_mish(double x) { return x * std::tanh(std::log1p(std::exp(x))); }

/// Computes one row in float64 from the parameters by their names. Matrices are (channels, length).
class PlainUnet {
 public:
  PlainUnet(const fm::UnetNet& net, const fm::UnetOptions& options) : options_(options) {
    for (const auto& p : net.named_parameters()) parameters_[p.key()] = p.value().detach().contiguous();
  }

  Matrix output(const Matrix& chunk, const Matrix& features) const {
    Matrix c = linear("steer", features);
    for (double& number : c.reshaped()) number = plain_mish(number);
    std::vector<Matrix> kept;
    Matrix x = chunk;
    const int levels = static_cast<int>(options_.channels.size());
    for (int i = 0; i < levels; ++i) {
      x = blocks(fmt::format("level_{}_down_", i), x, c);
      kept.push_back(x);
      if (i + 1 < levels) x = convolution(fmt::format("level_{}_shorten", i), x, 2);
    }
    for (int i = levels - 2; i >= 0; --i) {
      const Matrix& level = kept[static_cast<std::size_t>(i)];
      const Matrix longer = lengthen(fmt::format("level_{}_lengthen", i), x).leftCols(level.cols());
      x.resize(longer.rows() + level.rows(), level.cols());
      x << longer, level;
      x = blocks(fmt::format("level_{}_up_", i), x, c);
    }
    return convolution("leave", normalised("last", x), 1);
  }

 private:
  double at(const std::string& name, std::initializer_list<std::int64_t> place) const {
    const at::Tensor& tensor = parameters_.at(name);
    std::int64_t index = 0, dimension = 0;
    for (const std::int64_t i : place) index = index * tensor.size(dimension++) + i;
    return tensor.const_data_ptr<double>()[index];
  }

  /// @param x (inputs, 1)
  Matrix linear(const std::string& name, const Matrix& x) const {
    Matrix y(parameters_.at(name + ".bias").numel(), 1);
    for (Eigen::Index o = 0; o < y.rows(); ++o) {
      y(o, 0) = at(name + ".bias", {o});
      for (Eigen::Index i = 0; i < x.rows(); ++i) y(o, 0) += at(name + ".weight", {o, i}) * x(i, 0);
    }
    return y;
  }

  Matrix convolution(const std::string& name, const Matrix& x, Eigen::Index stride) const {
    const Eigen::Index kernel = parameters_.at(name + ".weight").size(2);
    Matrix y(parameters_.at(name + ".bias").numel(), (x.cols() + stride - 1) / stride);
    for (Eigen::Index o = 0; o < y.rows(); ++o) {
      for (Eigen::Index l = 0; l < y.cols(); ++l) {
        y(o, l) = at(name + ".bias", {o});
        for (Eigen::Index k = 0; k < kernel; ++k) {
          const Eigen::Index from = l * stride + k - kernel / 2;
          if (from < 0 || from >= x.cols()) continue;
          for (Eigen::Index i = 0; i < x.rows(); ++i) y(o, l) += at(name + ".weight", {o, i, k}) * x(i, from);
        }
      }
    }
    return y;
  }

  Matrix lengthen(const std::string& name, const Matrix& x) const {
    Matrix y(parameters_.at(name + ".bias").numel(), 2 * x.cols());
    for (Eigen::Index o = 0; o < y.rows(); ++o) {
      y.row(o).setConstant(at(name + ".bias", {o}));
      for (Eigen::Index l = 0; l < x.cols(); ++l) {
        for (Eigen::Index k = 0; k < 4; ++k) {
          const Eigen::Index to = 2 * l + k - 1;
          if (to < 0 || to >= y.cols()) continue;
          for (Eigen::Index i = 0; i < x.rows(); ++i) y(o, to) += at(name + ".weight", {i, o, k}) * x(i, l);
        }
      }
    }
    return y;
  }

  Matrix normalised(const std::string& name, const Matrix& x) const {
    Matrix y = convolution(name + ".convolution", x, 1);
    const Eigen::Index width = y.rows() / options_.groups;
    for (Eigen::Index first = 0; first < y.rows(); first += width) {
      auto group = y.middleRows(first, width);
      const double mean = group.mean(), variance = (group.array() - mean).square().mean();
      group = (group.array() - mean) / std::sqrt(variance + 1e-5);
    }
    for (Eigen::Index o = 0; o < y.rows(); ++o) {
      for (double& number : y.row(o)) number = plain_mish(at(name + ".scale", {o}) * number + at(name + ".shift", {o}));
    }
    return y;
  }

  Matrix blocks(const std::string& name, Matrix x, const Matrix& c) const {
    for (int i = 0; i < options_.blocks; ++i) {
      const std::string block = name + std::to_string(i);
      const Matrix steering = linear(block + ".steer", c);
      Matrix h = normalised(block + ".first", x);
      const Eigen::Index channels = h.rows();
      for (Eigen::Index o = 0; o < channels; ++o) {
        h.row(o) = (1.0 + steering(o, 0)) * h.row(o).array() + steering(channels + o, 0);
      }
      const Matrix bypass = parameters_.contains(block + ".bypass.bias") ? convolution(block + ".bypass", x, 1) : x;
      x = normalised(block + ".second", h) + bypass;
    }
    return x;
  }

  fm::UnetOptions options_;
  std::map<std::string, at::Tensor> parameters_;
};

Matrix matrix_of(const at::Tensor& tensor) {
  const at::Tensor values = tensor.detach().contiguous();
  return Eigen::Map<const Matrix>(values.const_data_ptr<double>(), values.size(0), values.size(1));
}

at::Tensor unet_numbers(at::IntArrayRef shape, std::uint64_t position) {
  return normals(shape, position).to(at::kDouble);
}

std::shared_ptr<fm::UnetNet> drawn_unet(const fm::UnetOptions& options, const fm::NetworkSizes& sizes) {
  auto net = std::make_shared<fm::UnetNet>(fm::NetworkOptions{.unet = options, .time_embedding = 4}, sizes,
                                           fm::RandomStream(0, "init"));
  net->to(at::kDouble);
  const at::NoGradGuard no_grad;
  std::uint64_t i = 200;
  for (at::Tensor& p : net->parameters()) p.copy_(0.5 * unet_numbers(p.sizes(), ++i));
  return net;
}

}  // namespace

CATCH_TEST_CASE("a U-Net computes what loops over its definition compute, for every length of the chunk", "[unet]") {
  const at::NoGradGuard no_grad;
  constexpr std::int64_t rows = 2;
  for (const fm::UnetOptions& options : {fm::UnetOptions{{6}, 1, 5, 3}, {{4, 6}, 2, 3, 2}, {{4, 4, 8, 8}, 1, 1, 2}}) {
    for (int horizon = 1; horizon <= 9; ++horizon) {
      for (const int actions : {2, 0}) {
        CATCH_INFO(options.channels.size() << " levels, H " << horizon << ", A " << actions);
        const fm::NetworkSizes sizes{.actions = actions,
                                     .action_horizon = horizon,
                                     .observations = 3,
                                     .observation_history = 2,
                                     .times = actions > 0 ? 1 : 0,
                                     .outputs = 2};
        const auto net = drawn_unet(options, sizes);
        const at::Tensor z = actions > 0 ? unet_numbers({rows, horizon, actions}, 1) : at::Tensor();
        const at::Tensor times = actions > 0 ? unet_numbers({rows, 1}, 2).sigmoid() : at::Tensor();
        const fm::Condition condition{.observations = unet_numbers({rows, 2, 3}, 3), .goal = {}, .goal_mask = {}};
        const at::Tensor found = net->forward(z, times, condition);
        CATCH_REQUIRE(found.sizes() == at::IntArrayRef({rows, horizon, 2}));
        const PlainUnet plain(*net, options);
        for (std::int64_t i = 0; i < rows; ++i) {
          at::Tensor features = condition.observations[i].flatten();
          if (actions > 0) {
            const at::Tensor t = times[i], fast = 20.0 * t;  // frequencies 1 and 20
            features = at::cat({t.sin(), fast.sin(), t.cos(), fast.cos(), features});
          }
          const at::Tensor chunk = actions > 0 ? z[i].t() : net->named_parameters()["chunk"];
          const Matrix expected = plain.output(matrix_of(chunk), matrix_of(features.unsqueeze(1)));
          CATCH_CHECK((matrix_of(found[i].t()) - expected).cwiseAbs().maxCoeff() < 1e-10);
        }
      }
    }
  }
}

CATCH_TEST_CASE("group norm removes what a sequence's mean and scale add, FiLM scales and shifts channels", "[unet]") {
  const at::NoGradGuard no_grad;
  fm::ResidualConvolution block(4, 4, 2, 1, 2, fm::RandomStream(0, "init"));
  block.to(at::kDouble);
  auto parameters = block.named_parameters();
  for (auto& p : parameters) p.value().zero_();
  for (const char* part : {"first", "second"}) {
    for (std::int64_t i = 0; i < 4; ++i) parameters[std::string(part) + ".convolution.weight"][i][i][0] = 1.0;
  }
  const at::Tensor x = unet_numbers({1, 4, 5}, 1), c = at::ones({1, 2}, at::kDouble);
  const auto residual = [&](const at::Tensor& of) { return block.forward(of, c) - of; };
  // Without scale and shift of its norms a block adds mish(0) = 0.
  CATCH_CHECK(residual(x).abs().max().item<double>() == 0.0);
  parameters["first.scale"].fill_(1.0);
  parameters["second.scale"].fill_(1.0);
  CATCH_CHECK(difference(residual(x), residual(1e3 * x + 7.0)) < 1e-4);  // the norm's epsilon
  // The second norm removes a FiLM that is the same in all channels of a group, but not one between its channels.
  const at::Tensor before = residual(x);
  parameters["steer.bias"].slice(0, 0, 4).fill_(3.0);
  parameters["steer.bias"].slice(0, 4, 8).fill_(-0.5);
  CATCH_CHECK(difference(residual(x), before) < 1e-4);
  parameters["steer.bias"][0] = 0.0;
  parameters["steer.bias"][4] = 2.0;
  const at::Tensor changed = (residual(x) - before).abs().amax({0, 2});
  CATCH_CHECK(changed.slice(0, 0, 2).min().item<double>() > 0.05);
  CATCH_CHECK(changed.slice(0, 2, 4).max().item<double>() < 1e-4);
}

CATCH_TEST_CASE("options that make no U-Net are refused with the cure", "[unet]") {
  const auto refusal = [](const fm::UnetOptions& options, int horizon) {
    return error_of<fm::InputError>([&] {
      fm::make_network({.name = "unet", .unet = options}, {.actions = 1, .action_horizon = horizon, .observations = 1},
                       fm::RandomStream(0, "init"));
    });
  };
  CATCH_CHECK(contains(refusal({.kernel = 4}, 8), "network.unet.kernel: 4 is even; set 5"));
  CATCH_CHECK(contains(refusal({.channels = {16, 20}}, 8),
                       "network.unet.groups: 8 groups do not divide the 20 channels of network.unet.channels"));
  CATCH_CHECK(contains(refusal({.channels = {16, 8}}, 2), "network.unet.groups: 8 groups of 8 channels at a length"));
  CATCH_CHECK(contains(refusal({.channels = {}}, 2), "network.unet.channels"));
}
