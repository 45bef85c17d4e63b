#include "research/statistics/distributions.hpp"

#include <boost/math/distributions/normal.hpp>
#include <boost/math/distributions/students_t.hpp>

namespace rapport::statistics {

double normal_quantile(double probability) {
  return boost::math::quantile(boost::math::normal(), probability);
}

double normal_probability(double value) {
  return boost::math::cdf(boost::math::normal(), value);
}

double t_quantile(double probability, double freedom) {
  return boost::math::quantile(boost::math::students_t(freedom), probability);
}

double t_probability(double value, double freedom) {
  return boost::math::cdf(boost::math::students_t(freedom), value);
}

}  // namespace rapport::statistics
