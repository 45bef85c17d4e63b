#include "server/mixed_command.hpp"

#include <fmt/format.h>
#include <fmt/ostream.h>

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>
#include <cmath>

#include "research/model_table.hpp"
#include "server/table_commands.hpp"

namespace rapport::server {
namespace {

namespace json = boost::json;
using research::ModelTable;
using statistics::Formula;
using statistics::MixedEstimates;
using statistics::MixedMethod;

Result<MixedMethod> method_of(const std::string& name) {
  if (name == "reml") return MixedMethod::reml;
  if (name == "ml") return MixedMethod::ml;
  return fail(invalid("mixed.method", fmt::format("The method is reml or ml, not \"{}\".", name)));
}

json::object model_json(const MixedOptions& options, const Formula& formula, const ModelTable& table,
                        const MixedEstimates& model) {
  json::array fixed;
  for (const auto& one : model.fixed) {
    fixed.push_back({{"name", one.name}, {"estimate", one.estimate}, {"se", one.standard_error}});
  }
  json::array random;
  for (const auto& one : model.random) {
    random.push_back({{"group", formula.group}, {"name", one.name}, {"variance", one.variance}});
  }
  return {{"formula", options.formula},
          {"method", options.method},
          {"fixed", std::move(fixed)},
          {"random", std::move(random)},
          {"correlation", model.correlation ? json::value(*model.correlation) : json::value(nullptr)},
          {"residual_variance", model.residual_variance},
          {"log_likelihood", model.log_likelihood},
          {"n", model.measurements},
          {"groups", model.groups},
          {"left_out", table.left_out},
          {"singular", model.singular}};
}

void print_model(const MixedOptions& options, const Formula& formula, const ModelTable& table,
                 const MixedEstimates& model, std::ostream& out) {
  std::size_t width = 10;
  for (const auto& one : model.fixed) width = std::max(width, one.name.size());
  fmt::print(out, "{}\n{}, {} measurements of {} groups ({}){}\n\n", options.formula,
             options.method == "ml" ? "Maximum likelihood" : "Restricted maximum likelihood", model.measurements,
             model.groups, formula.group,
             table.left_out == 0 ? "" : fmt::format("; {} rows without a value left out", table.left_out));
  fmt::print(out, "{:{}} {:>12} {:>12}\n", "Fixed", width, "estimate", "std. error");
  for (const auto& one : model.fixed) {
    fmt::print(out, "{:{}} {:>12.6g} {:>12.6g}\n", one.name, width, one.estimate, one.standard_error);
  }
  fmt::print(out, "\n{:{}} {:>12} {:>12}\n", "Random", width, "variance", "std. dev.");
  for (const auto& one : model.random) {
    fmt::print(out, "{:{}} {:>12.6g} {:>12.6g}\n", one.name, width, one.variance, std::sqrt(one.variance));
  }
  fmt::print(out, "{:{}} {:>12.6g} {:>12.6g}\n", "Residual", width, model.residual_variance,
             std::sqrt(model.residual_variance));
  if (model.correlation) fmt::print(out, "Correlation of the two: {:.4f}\n", *model.correlation);
  fmt::print(out, "\nLog-likelihood: {:.4f}\n", model.log_likelihood);
  if (model.singular) {
    fmt::print(out,
               "Singular: a variance is nothing, or the correlation is 1 or -1. The data do not support as many "
               "random terms; take one away before you read the rest.\n");
  }
}

}  // namespace

int fit_mixed(const MixedOptions& options, std::istream& in, std::ostream& out, std::ostream& errors) {
  const Answering answering{options.input, options.json, out, errors};
  const auto method = method_of(options.method);
  if (!method) return answering.not_done(method.error());
  const auto formula = statistics::parse_formula(options.formula);
  if (!formula) return answering.not_done(formula.error());
  const auto csv = read_table(options.input, in);
  if (!csv) return answering.not_done(csv.error());
  auto table = research::read_model_table(*formula, *csv, options.input);
  json::array results;
  if (table.readable) {
    const auto model = statistics::MixedModel::fit(table.data, *method);
    if (!model) {
      table.readable = false;
      table.errors.push_back({options.input, {}, {}, model.error().detail});
    } else if (options.json) {
      results.push_back(model_json(options, *formula, table, model->estimates()));
    } else {
      print_model(options, *formula, table, model->estimates(), out);
    }
  }
  if (options.json) fmt::print(out, "{}\n", json::serialize(measures::results_json(std::move(results), table.errors)));
  return answering.done(table.readable, table.errors);
}

}  // namespace rapport::server
