// Read before every file of the stand-in; compiled once.
#include <algorithm>
#include <cmath>
#include <sstream>

#include "driver.h"
