#pragma once
/// @file The one route of the crisis contacts, open to everybody.
#include "features/context.hpp"
#include "features/crisis_contacts/crisis_contacts.hpp"

namespace rapport::crisis_contacts {

void add_crisis_contacts_routes(Routes& routes, CrisisContacts contacts);

}  // namespace rapport::crisis_contacts
