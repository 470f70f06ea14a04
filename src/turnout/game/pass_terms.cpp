#include "turnout/game/pass_terms.h"

namespace turnout::game {

PassTerms pass_terms(const User& user, const Provider& provider, const Model& model) {
  return pass_terms_in<double>(user, provider, model);
}

double accepted_share(const Model& model) { return verdicts<double>(model).accepted; }

}  // namespace turnout::game
