#include "server/all_routes.hpp"

#include "features/log_in/log_in_api.hpp"
#include "features/messages/messages_api.hpp"
#include "features/people/people_api.hpp"

namespace rapport::server {

void add_all_routes(Routes& routes) {
  log_in::add_log_in_routes(routes);
  people::add_people_routes(routes);
  messages::add_message_routes(routes);
  messages::add_draft_routes(routes);
  routes.finish();
}

}  // namespace rapport::server
