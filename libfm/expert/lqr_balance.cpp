#include "libfm/expert/lqr_balance.hpp"

#include "libfm/expert/riccati.hpp"

namespace fm {

LqrBalance::LqrBalance(const PendulumModel& model)
    : gain_(lqr_gain(model.A(), model.B(), PendulumModel::Q(), PendulumModel::R())) {}

}  // namespace fm
