# Makes the files of this folder that the statistics are held against, with lme4, metafor and psych of
# Debian 12:
#
#   apt-get install r-base-core r-cran-lme4 r-cran-metafor r-cran-psych
#   Rscript tests/golden/make.R tests/golden
#
# The tests read the files; R is not needed for them. The people are made up. The tolerances of lme4's and metafor's
# searches are tightened: what they stop at by default is not yet the optimum to six digits.
suppressMessages({library(lme4); library(metafor); library(psych)})
folder <- commandArgs(trailingOnly = TRUE)[1]
RNGversion("4.2.0")
set.seed(20261129)

number <- function(x) ifelse(is.finite(x), sprintf("%.17g", x), "null")
text <- function(x) sprintf('"%s"', x)
list_of <- function(parts) paste0("[", paste(parts, collapse = ", "), "]")
object <- function(...) {
  parts <- list(...)
  paste0("{", paste(sprintf('"%s": %s', names(parts), parts), collapse = ", "), "}")
}
save_table <- function(data, name) {
  for (column in names(data)) if (is.numeric(data[[column]])) data[[column]] <- round(data[[column]], 3)
  write.csv(data, file.path(folder, name), row.names = FALSE, quote = FALSE, na = "")
  read.csv(file.path(folder, name), na.strings = "", stringsAsFactors = TRUE)
}

# --- courses of scores: drop-out, forms that are missing, three groups by severity at intake -------------------------
make_courses <- function() {
  rows <- list()
  for (i in 1:60) {
    band <- c("mild", "moderate", "severe")[1 + i %% 3]
    level <- c(mild = 8, moderate = 13, severe = 18)[band] + rnorm(1, 0, 3)
    slope <- -1.8 + rnorm(1, 0, 1.1)
    for (session in seq_len(sample(3:12, 1))) {
      alliance <- 5.5 + rnorm(1, 0, .6)
      score <- level + slope * log(session) - .8 * (alliance - 5.5) + rnorm(1, 0, 2)
      if (runif(1) < .05) score <- NA
      rows[[length(rows) + 1]] <- data.frame(client = sprintf("C%02d", i), session, band, alliance, score)
    }
  }
  do.call(rbind, rows)
}
# The same on a scale of days, where a slope is a small number.
make_days <- function() {
  rows <- list()
  for (i in 1:40) {
    level <- rnorm(1, 60, 9)
    slope <- rnorm(1, -.05, .03)
    days <- sort(sample(0:280, sample(4:9, 1)))
    rows[[i]] <- data.frame(client = i, day = days, score = level + slope * days + rnorm(length(days), 0, 4))
  }
  do.call(rbind, rows)
}
# Nobody differs in the slope.
make_singular <- function() {
  rows <- list()
  for (i in 1:30) {
    session <- 1:6
    noise <- rnorm(6, 0, 3)
    rows[[i]] <- data.frame(client = i, session, score = 12 + rnorm(1, 0, 3) - session + noise - mean(noise))
  }
  do.call(rbind, rows)
}
tables <- list(courses.csv = save_table(make_courses(), "courses.csv"), days.csv = save_table(make_days(), "days.csv"),
               singular.csv = save_table(make_singular(), "singular.csv"))

tight <- lmerControl(optimizer = "nloptwrap", calc.derivs = FALSE,
                     optCtrl = list(algorithm = "NLOPT_LN_BOBYQA", xtol_abs = 1e-13, xtol_rel = 1e-13, ftol_abs = 1e-13,
                                    ftol_rel = 1e-15, maxeval = 100000),
                     check.conv.singular = "ignore")
fit_model <- function(table, formula, method) {
  model <- lmer(as.formula(formula), tables[[table]], REML = method == "reml", control = tight)
  # From where it stopped once more: it is a search without derivatives.
  for (again in 1:3) model <- update(model, start = getME(model, "theta"))
  spread <- as.data.frame(VarCorr(model))
  own <- spread[is.na(spread$var2) & spread$grp != "Residual", ]
  both <- spread[!is.na(spread$var2), ]
  deviations <- as.data.frame(ranef(model, condVar = TRUE))
  deviations$grp <- as.character(deviations$grp)
  first <- levels(tables[[table]]$client)
  object(table = text(table), formula = text(formula), method = text(method),
    fixed = list_of(mapply(function(name, estimate, se) object(name = text(name), estimate = number(estimate), se = number(se)),
                           names(fixef(model)), fixef(model), sqrt(diag(as.matrix(vcov(model)))))),
    random = list_of(mapply(function(name, variance) object(name = text(name), variance = number(variance)), own$var1, own$vcov)),
    correlation = if (nrow(both) == 1) number(both$sdcor) else "null",
    residual_variance = number(sigma(model)^2), log_likelihood = number(as.numeric(logLik(model))),
    n = nobs(model), groups = as.integer(ngrps(model)), singular = if (isSingular(model)) "true" else "false",
    deviations = list_of(mapply(function(client, name, value, error) object(client = text(client), name = text(name),
                                value = number(value), se = number(error)),
                                head(deviations$grp, 5), head(as.character(deviations$term), 5),
                                head(deviations$condval, 5), head(deviations$condsd, 5))))
}
models <- list(
  c("courses.csv", "score ~ log(session) + (1 + log(session) | client)"),
  c("courses.csv", "score ~ session + (1 | client)"),
  c("courses.csv", "score ~ log(session) * band + (1 + log(session) || client)"),
  c("courses.csv", "score ~ alliance + log(session) + band + (0 + log(session) | client)"),
  c("courses.csv", "score ~ 0 + band + band:log(session) + (1 | client)"),
  c("courses.csv", "score ~ session + I(session^2) + alliance:session + (session | client)"),
  c("days.csv", "score ~ day + (1 + day | client)"),
  c("singular.csv", "score ~ session + (1 + session | client)"))
fits <- c()
for (model in models) for (method in c("reml", "ml")) fits <- c(fits, fit_model(model[1], model[2], method))
writeLines(paste0("[\n", paste(fits, collapse = ",\n"), "\n]"), file.path(folder, "mixed.json"))

# --- pooling: correlations of 9 therapists as Fisher's z, and effects that do not differ ------------------------------
people <- c(12, 25, 31, 18, 44, 9, 60, 22, 37)
z <- atanh(c(.05, .41, .22, .48, .30, -.21, .27, .61, .08))
pools <- list(correlations = list(yi = z, vi = 1 / (people - 3)),
              alike = list(yi = c(.30, .31, .29, .305), vi = c(.02, .03, .025, .04)),
              apart = list(yi = c(-1.2, .4, 2.1, .9, 3.0), vi = c(.02, .05, .01, .08, .03)))
rows <- c()
for (name in names(pools)) for (method in c("REML", "DL")) for (test in c("z", "knha")) {
  data <- pools[[name]]
  fit <- rma(data$yi, data$vi, method = method, test = test, control = list(threshold = 1e-14, maxiter = 10000))
  expected <- predict(fit)
  rows <- c(rows, object(name = text(name), method = text(method), test = text(test),
    effects = list_of(mapply(function(y, v) object(value = number(y), variance = number(v)), data$yi, data$vi)),
    value = number(as.numeric(fit$beta)), se = number(fit$se), low = number(fit$ci.lb), high = number(fit$ci.ub),
    p = number(fit$pval), between = number(fit$tau2), q = number(fit$QE), share = number(fit$I2 / 100),
    predicted_low = number(expected$pi.lb), predicted_high = number(expected$pi.ub)))
}
writeLines(paste0("[\n", paste(rows, collapse = ",\n"), "\n]"), file.path(folder, "pooling.json"))

# --- between people and within them: two measures of the same sessions ------------------------------------------------
whole <- na.omit(tables[["courses.csv"]][c("client", "alliance", "score")])
whole$client <- as.integer(whole$client)
apart <- statsBy(whole, "client")
writeLines(object(table = text("courses.csv"), people = nrow(apart$mean),
  within = number(apart$rwg["alliance.wg", "score.wg"]), between = number(apart$rbg["alliance.bg", "score.bg"]),
  means = list_of(vapply(apart$mean[, "score"], number, ""))), file.path(folder, "within_between.json"))
