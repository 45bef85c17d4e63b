// The one place where Boost.JSON is compiled; everyone else sees its declarations.
#include <boost/json/src.hpp>
