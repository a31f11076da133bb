#include "libfm/collocation/swing_up_planner.hpp"

#include "libfm/collocation/swing_up_model.hpp"
#include "libfm/core/error.hpp"

#include <casadi/casadi.hpp>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <mutex>

namespace fm {
namespace {

using casadi::DM, casadi::MX, casadi::Slice, casadi::SX;
using Eigen::Index, Eigen::MatrixXd, Eigen::VectorXd;

DM to_dm(const MatrixXd& matrix) {
  return reshape(DM(std::vector<double>(matrix.data(), matrix.data() + matrix.size())), matrix.rows(), matrix.cols());
}

MatrixXd to_eigen(const DM& dm) {
  const DM dense = densify(dm);
  return Eigen::Map<const MatrixXd>(dense.ptr(), dense.rows(), dense.columns());
}

/// A step of `time_step` by the Runge-Kutta method of order 4, (x, u) -> x.
casadi::Function runge_kutta(const SwingUpModel& model, double time_step) {
  const SX x = SX::sym("x", model.size()), u = SX::sym("u");
  const auto f = [&](const SX& at) { return model.derivative(std::vector<SX>{at, u})[0]; };
  const SX a = f(x), b = f(x + time_step / 2 * a), c = f(x + time_step / 2 * b), d = f(x + time_step * c);
  return {"next", {x, u}, {x + time_step / 6 * (a + 2 * b + 2 * c + d)}};
}

casadi::Function derivatives(const casadi::Function& next) {
  const SX x = SX::sym("x", next.size1_in(0)), u = SX::sym("u");
  const SX to = next(std::vector<SX>{x, u})[0];
  return {"linearised", {x, u}, {jacobian(to, x), jacobian(to, u)}};
}

/// The nonlinear program, in the unknowns x (2n (N + 1)), u (N + 1) and h; parameters: the first and the last state.
casadi::Function make_solver(const SwingUpModel& model, const CollocationOptions& options) {
  const int n = model.size(), N = options.intervals;
  const MX x = MX::sym("x", n, N + 1), u = MX::sym("u", 1, N + 1), h = MX::sym("h"), ends = MX::sym("ends", n, 2);
  const Slice all, before(0, N), after(1, N + 1);
  const MX f = model.derivative.map(N + 1)(std::vector<MX>{x, u})[0];
  const MX x0 = x(all, before), x1 = x(all, after), f0 = f(all, before), f1 = f(all, after);
  const MX xm = (x0 + x1) / 2 + h / 8 * (f0 - f1), um = (u(all, before) + u(all, after)) / 2;
  const MX fm = model.derivative.map(N)(std::vector<MX>{xm, um})[0];
  const MX defects = x1 - x0 - h / 6 * (f0 + 4 * fm + f1);
  const MX at_nodes = model.cost.map(N + 1)(std::vector<MX>{x, u})[0],
           between = model.cost.map(N)(std::vector<MX>{xm, um})[0];
  const MX cost = h / 6 * (2 * sum2(at_nodes) - at_nodes(0) - at_nodes(N) + 4 * sum2(between));
  const MX constraints = vertcat(vec(defects), x(all, 0) - ends(all, 0), x(all, N) - ends(all, 1));
  // Threads of the solver's own matrix products do not go together with OpenMP's.
  static const int one_thread = setenv("OPENBLAS_NUM_THREADS", "1", /*overwrite=*/1);
  static_cast<void>(one_thread);
  return casadi::nlpsol("collocation", "ipopt",
                        {{"x", vertcat(vec(x), vec(u), h)}, {"p", vec(ends)}, {"f", cost}, {"g", constraints}},
                        {{"expand", true},
                         {"print_time", false},
                         {"ipopt.print_level", 0},
                         {"ipopt.sb", "yes"},
                         {"ipopt.max_iter", options.iterations}});
}

/// What is between equally spaced columns, linearly. @param at in columns
VectorXd column_at(const MatrixXd& columns, double at) {
  const auto k = std::min(static_cast<Index>(at), columns.cols() - 2);
  const double share = at - static_cast<double>(k);
  return (1.0 - share) * columns.col(k) + share * columns.col(k + 1);
}

/// `count` columns from the first to the last.
MatrixXd resampled(const MatrixXd& columns, Index count) {
  MatrixXd result(columns.rows(), count);
  for (Index k = 0; k < count; ++k) {
    result.col(k) = column_at(columns, static_cast<double>(k * (columns.cols() - 1)) / static_cast<double>(count - 1));
  }
  return result;
}

std::mutex& casadi_mutex() {
  static std::mutex mutex;
  return mutex;
}

}  // namespace

struct SwingUpPlanner::Program {
  Program(const CollocationOptions& options, const SwingUpModel& the_model, double time_step)
      : model(the_model), next(runge_kutta(model, time_step)), linearised(derivatives(next)),
        next_of_guesses(next.map(options.guesses)), pump_of_guesses(model.pump.map(options.guesses)),
        slopes(model.derivative.map(options.intervals + 1)), solver(make_solver(model, options)) {}

  LinearStep linear_step(const VectorXd& x, double u) const {
    const std::vector<DM> result = linearised(std::vector<DM>{to_dm(x), u});
    return {to_eigen(result[0]), to_eigen(result[1])};
  }

  SwingUpModel model;
  casadi::Function next, linearised, next_of_guesses, pump_of_guesses, slopes, solver;
};

SwingUpPlanner::SwingUpPlanner(const CollocationOptions& options, const std::function<SwingUpModel()>& make_model,
                               double time_step)
    : options_(options), time_step_(time_step) {
  constexpr int least = 10;
  if (options.longest < least * time_step) {
    throw_input_error("expert.collocation.longest: {} s are fewer than {} steps of {} s; make it longer",
                      options.longest, least, time_step);
  }
  const std::lock_guard lock(casadi_mutex());
  program_ = std::make_unique<Program>(options, make_model(), time_step);
  bound_ = program_->model.bound;
  goal_ = to_eigen(program_->model.goal);
  periods_ = program_->model.periods;
  step_at_goal_ = program_->linear_step(goal_, 0.0);
}

SwingUpPlanner::~SwingUpPlanner() {
  const std::lock_guard lock(casadi_mutex());
  program_.reset();
}

VectorXd SwingUpPlanner::difference(const VectorXd& x, const VectorXd& reference) const {
  VectorXd result = x - reference;
  for (Index i = 0; i < result.size(); ++i) {
    const double period = periods_[static_cast<std::size_t>(i)];
    if (period > 0.0) result[i] = std::remainder(result[i], period);
  }
  return result;
}

double SwingUpPlanner::distance(const VectorXd& x, const VectorXd& reference) const {
  const Index n = x.size() / 2;
  const VectorXd apart = difference(x, reference);
  return apart.head(n).norm() + 0.2 * apart.tail(n).norm();
}

/// From x to the nearest goal without control. @param share of the longest time
SwingUpTrajectory SwingUpPlanner::straight_line(const VectorXd& x, double share) const {
  const Index steps = std::max(1L, std::lround(share * options_.longest / time_step_));
  const VectorXd end = x - difference(x, goal_);
  SwingUpTrajectory line;
  line.states.resize(x.size(), steps + 1);
  line.controls = Eigen::RowVectorXd::Zero(steps + 1);
  for (Index k = 0; k <= steps; ++k) {
    const double done = static_cast<double>(k) / static_cast<double>(steps);
    line.states.col(k) = (1.0 - done) * x + done * end;
  }
  return line;
}

/// The `tried` simulations from x that come closest to the goal, each until then, the closest one first.
std::vector<SwingUpTrajectory> SwingUpPlanner::simulate(const VectorXd& x, Draws draws) {
  const Index count = options_.guesses, steps = std::lround(options_.longest / time_step_);
  const double shortest = 0.1;  // of the longest
  // Each simulation has a gain, and a time at the beginning in which the control is at its bounds in turn.
  VectorXd gains(count), begin(count), half_period(count), sign(count);
  for (Index i = 0; i < count; ++i) {
    gains[i] = bound_ * std::pow(10.0, draws.uniform(-2.0, 0.5));
    begin[i] = draws.uniform(0.0, 0.2 * options_.longest);
    half_period[i] = draws.uniform(0.1, 0.8);
    sign[i] = draws.below(2) == 0 ? -1.0 : 1.0;
  }
  std::vector<SwingUpTrajectory> found(static_cast<std::size_t>(count));
  for (SwingUpTrajectory& each : found) {
    each.states.resize(x.size(), steps + 1);
    each.controls.resize(steps + 1);
  }
  MatrixXd now = x.replicate(1, count);
  for (Index k = 0; k <= steps; ++k) {
    const double time = static_cast<double>(k) * time_step_;
    MatrixXd controls = to_eigen(program_->pump_of_guesses(std::vector<DM>{to_dm(now)})[0]);
    for (Index i = 0; i < count; ++i) {
      const bool even = static_cast<int>(time / half_period[i]) % 2 == 0;
      const double wanted = time < begin[i] ? (even ? sign[i] : -sign[i]) * bound_ : gains[i] * controls(i);
      controls(i) = std::clamp(wanted, -bound_, bound_);
      found[static_cast<std::size_t>(i)].controls[k] = controls(i);
      found[static_cast<std::size_t>(i)].states.col(k) = now.col(i);
    }
    now = to_eigen(program_->next_of_guesses(std::vector<DM>{to_dm(now), to_dm(controls)})[0]);
  }
  std::vector<std::pair<double, std::size_t>> order;
  for (std::size_t i = 0; i < found.size(); ++i) {
    SwingUpTrajectory& each = found[i];
    constexpr double of_a_second = 0.1;  // rad or m: later is as bad as farther
    const auto rank = [&](Index k) {
      return distance(each.states.col(k), goal_) + of_a_second * static_cast<double>(k) * time_step_;
    };
    Index closest = steps;
    double least = rank(steps);
    for (auto k = std::max<Index>(1, std::lround(shortest * static_cast<double>(steps))); k < steps; ++k) {
      const double here = rank(k);
      if (here < least) least = here, closest = k;
    }
    order.emplace_back(least, i);
    each.states.conservativeResize(Eigen::NoChange, closest + 1);
    each.controls.conservativeResize(closest + 1);
  }
  std::ranges::stable_sort(order, {}, &std::pair<double, std::size_t>::first);
  order.resize(std::min(order.size(), static_cast<std::size_t>(options_.tried)));
  std::vector<SwingUpTrajectory> closest;
  for (const auto& [rank, i] : order) closest.push_back(std::move(found[i]));
  return closest;
}

bool SwingUpPlanner::improve(SwingUpTrajectory& trajectory) {
  const SwingUpModel& model = program_->model;
  const Index n = trajectory.states.rows(), nodes = options_.intervals + 1;
  const VectorXd first = trajectory.states.col(0), last = trajectory.states.rightCols(1);
  MatrixXd ends(n, 2);
  ends << first, last - difference(last, goal_);  // the goal, after as many turns
  const double duration = static_cast<double>(trajectory.states.cols() - 1) * time_step_,
               h = duration / options_.intervals;
  const double longest = options_.longest / options_.intervals;
  const DM guess = vertcat(vec(to_dm(resampled(trajectory.states, nodes))),
                           vec(to_dm(resampled(trajectory.controls, nodes))), DM(h));
  // The start may lie outside the bounds.
  const DM low =
      vertcat(fmin(model.low, to_dm(first)), repmat(model.low, nodes - 1), repmat(DM(-bound_), nodes), DM(0.5 * h));
  const DM high = vertcat(fmax(model.high, to_dm(first)), repmat(model.high, nodes - 1), repmat(DM(bound_), nodes),
                          DM(std::min(1.5 * h, longest)));
  const casadi::DMDict solution = program_->solver(
      casadi::DMDict{{"x0", guess}, {"p", vec(to_dm(ends))}, {"lbx", low}, {"ubx", high}, {"lbg", 0}, {"ubg", 0}});
  if (program_->solver.stats().at("return_status").to_string() != "Solve_Succeeded") return false;
  const MatrixXd unknowns = to_eigen(solution.at("x"));
  const MatrixXd states = Eigen::Map<const MatrixXd>(unknowns.data(), n, nodes);
  const MatrixXd controls = Eigen::Map<const MatrixXd>(unknowns.data() + n * nodes, 1, nodes);
  const double spacing = unknowns(unknowns.size() - 1);
  // From the nodes to steps: each interval's cubic, which has the dynamics' slopes at its ends.
  const MatrixXd slopes = to_eigen(program_->slopes(std::vector<DM>{to_dm(states), to_dm(controls)})[0]);
  const Index steps = std::lround(std::ceil(spacing * options_.intervals / time_step_));
  trajectory.states.resize(n, steps + 1);
  trajectory.controls.resize(steps + 1);
  const auto node = [&](double step) {
    return std::min(step * time_step_ / spacing, static_cast<double>(options_.intervals));
  };
  for (Index k = 0; k <= steps; ++k) {
    const double at = node(static_cast<double>(k));
    const auto i = std::min(static_cast<Index>(at), nodes - 2);
    const double s = at - static_cast<double>(i), r = 1.0 - s;
    trajectory.states.col(k) = r * r * (1.0 + 2.0 * s) * states.col(i) + s * s * (1.0 + 2.0 * r) * states.col(i + 1) +
                               spacing * (r * r * s * slopes.col(i) - s * s * r * slopes.col(i + 1));
    trajectory.controls[k] = k == steps ? 0.0 : column_at(controls, node(static_cast<double>(k) + 0.5))(0);
  }
  trajectory.cost = static_cast<double>(solution.at("f"));
  trajectory.reaches_goal = true;
  return true;
}

SwingUpTrajectory SwingUpPlanner::plan(const VectorXd& x, Draws draws) {
  const std::lock_guard lock(casadi_mutex());
  std::vector<SwingUpTrajectory> guesses = simulate(x, draws);
  SwingUpTrajectory best = guesses.front();
  guesses.insert(guesses.begin(), {straight_line(x, 0.1), straight_line(x, 0.2)});
  int found = 0;
  for (SwingUpTrajectory& each : guesses) {
    if (found == options_.solutions) break;
    if (!improve(each)) continue;
    ++found;
    if (!best.reaches_goal || each.cost < best.cost) best = std::move(each);
  }
  for (Index k = 0; k + 1 < best.states.cols(); ++k) {
    best.steps.push_back(program_->linear_step(best.states.col(k), best.controls[k]));
  }
  return best;
}

}  // namespace fm
