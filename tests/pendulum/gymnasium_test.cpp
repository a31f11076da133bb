#include "libfm/pendulum/swing_up.hpp"

#include "tests/catch.hpp"

#include <array>
#include <cmath>
#include <vector>

using Catch::Matchers::WithinAbs;

namespace {

// Gymnasium 1.4.0's own computation in float64:
//
//   env = gymnasium.make("Pendulum-v1").unwrapped
//   env.reset(seed=0)
//   env.state = numpy.array([0.25, 7.5])
//   for k in range(25):
//       observation, reward, *_ = env.step(numpy.array([((37 * k) % 49 - 24) / 8]))
//       print([*env.state, reward])
//
// The trajectory reaches the speed bound, both torque bounds and a full revolution.
constexpr std::array<std::array<double, 3>, 25> theta_omega_reward = {{
    {0.6192776484720446, 7.385552969440893, -5.6915},
    {1.0192776484720447, 8.0, -5.840784697338783},
    {1.4192776484720446, 8.0, -7.438942549674701},
    {1.8192776484720445, 8.0, -8.416239668452338},
    {2.2192776484720445, 8.0, -9.713771162229973},
    {2.6192776484720444, 8.0, -11.328255781007606},
    {3.0192776484720443, 8.0, -13.260677899785243},
    {3.414478032529245, 7.904007681144015, -15.51760001856288},
    {3.7845717478331964, 7.4018743060790255, -14.480815169990146},
    {4.146243626638549, 7.233437576107046, -11.725359668248924},
    {4.4790789502164134, 6.656706471557282, -9.798922287777291},
    {4.766992781918633, 5.758276634044389, -7.6872394770821915},
    {5.002462504265847, 4.709394446944284, -5.618614753075343},
    {5.2169988697903635, 4.290727310490322, -3.862090503594192},
    {5.402459117331078, 3.7092049508142764, -2.9780376045714756},
    {5.551499313559567, 2.9808039245698015, -2.1524987581995867},
    {5.660484820567424, 2.179710140157134, -1.4278835969327874},
    {5.762599168558778, 2.042286959827077, -0.8668695255374068},
    {5.850748939745207, 1.7629954237285717, -0.6884941553520947},
    {5.916620555773828, 1.3174323205724094, -0.4985821232886298},
    {5.954051776988826, 0.7486244242999667, -0.31193250890204516},
    {5.994362128589038, 0.8062070320042402, -0.1683727335616772},
    {6.029616567234945, 0.7050887729181526, -0.1489783063364559},
    {6.049838749396274, 0.4044436432265866, -0.11457462364663522},
    {6.0463896313690215, -0.06898236054504547, -0.07480808208396003},
}};

}  // namespace

CATCH_TEST_CASE("the pendulum equals Gymnasium's Pendulum-v1 step for step", "[pendulum]") {
  fm::Pendulum env({}, 1);
  env.set_states(std::vector{0}, fm::Matrix{{0.25, 7.5}});
  fm::StepResult result;
  for (int k = 0; k < 25; ++k) {
    const auto [theta, omega, reward] = theta_omega_reward[k];
    env.step(fm::Matrix::Constant(1, 1, static_cast<float>((37 * k) % 49 - 24) / 8.0f), result);
    CATCH_CHECK_THAT(env.states()(0, 0), WithinAbs(theta, 1e-9));
    CATCH_CHECK_THAT(env.states()(0, 1), WithinAbs(omega, 1e-9));
    CATCH_CHECK_THAT(result.rewards[0], WithinAbs(reward, 1e-9));
    CATCH_CHECK_THAT(env.observations()(0, 0), WithinAbs(std::cos(theta), 1e-6));
    CATCH_CHECK_THAT(env.observations()(0, 1), WithinAbs(std::sin(theta), 1e-6));
    CATCH_CHECK_THAT(env.observations()(0, 2), WithinAbs(omega, 1e-6));
  }
}
