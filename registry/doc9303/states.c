/* states.c - the table: ISO 3166-1, then Doc 9303-3 section 5 parts B to E.  Sorted by code: a test looks. */
#include <stdlib.h>
#include <string.h>

#include "registry/base/bytes.h"
#include "registry/doc9303/states.h"

#define BOTH (STATE_ISSUER | STATE_NATIONALITY)

/* clang-format off */
const struct state states[] = {
	{ "ABW", "AW", BOTH, "Aruba" },
	{ "AFG", "AF", BOTH, "Afghanistan" },
	{ "AGO", "AO", BOTH, "Angola" },
	{ "AIA", "AI", BOTH, "Anguilla" },
	{ "ALA", "AX", BOTH, "Åland Islands" },
	{ "ALB", "AL", BOTH, "Albania" },
	{ "AND", "AD", BOTH, "Andorra" },
	{ "ANT", "AN", STATE_READ_ONLY, "Netherlands Antilles" },
	{ "ARE", "AE", BOTH, "United Arab Emirates" },
	{ "ARG", "AR", BOTH, "Argentina" },
	{ "ARM", "AM", BOTH, "Armenia" },
	{ "ASM", "AS", BOTH, "American Samoa" },
	{ "ATA", "AQ", BOTH, "Antarctica" },
	{ "ATF", "TF", BOTH, "French Southern Territories" },
	{ "ATG", "AG", BOTH, "Antigua and Barbuda" },
	{ "AUS", "AU", BOTH, "Australia" },
	{ "AUT", "AT", BOTH, "Austria" },
	{ "AZE", "AZ", BOTH, "Azerbaijan" },
	{ "BDI", "BI", BOTH, "Burundi" },
	{ "BEL", "BE", BOTH, "Belgium" },
	{ "BEN", "BJ", BOTH, "Benin" },
	{ "BES", "BQ", BOTH, "Bonaire, Sint Eustatius and Saba" },
	{ "BFA", "BF", BOTH, "Burkina Faso" },
	{ "BGD", "BD", BOTH, "Bangladesh" },
	{ "BGR", "BG", BOTH, "Bulgaria" },
	{ "BHR", "BH", BOTH, "Bahrain" },
	{ "BHS", "BS", BOTH, "Bahamas" },
	{ "BIH", "BA", BOTH, "Bosnia and Herzegovina" },
	{ "BLM", "BL", BOTH, "Saint Barthélemy" },
	{ "BLR", "BY", BOTH, "Belarus" },
	{ "BLZ", "BZ", BOTH, "Belize" },
	{ "BMU", "BM", BOTH, "Bermuda" },
	{ "BOL", "BO", BOTH, "Bolivia" },
	{ "BRA", "BR", BOTH, "Brazil" },
	{ "BRB", "BB", BOTH, "Barbados" },
	{ "BRN", "BN", BOTH, "Brunei Darussalam" },
	{ "BTN", "BT", BOTH, "Bhutan" },
	{ "BVT", "BV", BOTH, "Bouvet Island" },
	{ "BWA", "BW", BOTH, "Botswana" },
	{ "CAF", "CF", BOTH, "Central African Republic" },
	{ "CAN", "CA", BOTH, "Canada" },
	{ "CCK", "CC", BOTH, "Cocos (Keeling) Islands" },
	{ "CHE", "CH", BOTH, "Switzerland" },
	{ "CHL", "CL", BOTH, "Chile" },
	{ "CHN", "CN", BOTH, "China" },
	{ "CIV", "CI", BOTH, "Côte d'Ivoire" },
	{ "CMR", "CM", BOTH, "Cameroon" },
	{ "COD", "CD", BOTH, "Congo, The Democratic Republic of the" },
	{ "COG", "CG", BOTH, "Congo" },
	{ "COK", "CK", BOTH, "Cook Islands" },
	{ "COL", "CO", BOTH, "Colombia" },
	{ "COM", "KM", BOTH, "Comoros" },
	{ "CPV", "CV", BOTH, "Cabo Verde" },
	{ "CRI", "CR", BOTH, "Costa Rica" },
	{ "CUB", "CU", BOTH, "Cuba" },
	{ "CUW", "CW", BOTH, "Curaçao" },
	{ "CXR", "CX", BOTH, "Christmas Island" },
	{ "CYM", "KY", BOTH, "Cayman Islands" },
	{ "CYP", "CY", BOTH, "Cyprus" },
	{ "CZE", "CZ", BOTH, "Czechia" },
	{ "D", "DE", BOTH, "Germany" },
	{ "DJI", "DJ", BOTH, "Djibouti" },
	{ "DMA", "DM", BOTH, "Dominica" },
	{ "DNK", "DK", BOTH, "Denmark" },
	{ "DOM", "DO", BOTH, "Dominican Republic" },
	{ "DZA", "DZ", BOTH, "Algeria" },
	{ "ECU", "EC", BOTH, "Ecuador" },
	{ "EGY", "EG", BOTH, "Egypt" },
	{ "ERI", "ER", BOTH, "Eritrea" },
	{ "ESH", "EH", BOTH, "Western Sahara" },
	{ "ESP", "ES", BOTH, "Spain" },
	{ "EST", "EE", BOTH, "Estonia" },
	{ "ETH", "ET", BOTH, "Ethiopia" },
	{ "EUE", "EU", BOTH, "European Union" },
	{ "FIN", "FI", BOTH, "Finland" },
	{ "FJI", "FJ", BOTH, "Fiji" },
	{ "FLK", "FK", BOTH, "Falkland Islands (Malvinas)" },
	{ "FRA", "FR", BOTH, "France" },
	{ "FRO", "FO", BOTH, "Faroe Islands" },
	{ "FSM", "FM", BOTH, "Micronesia, Federated States of" },
	{ "GAB", "GA", BOTH, "Gabon" },
	{ "GBD", "GB", STATE_NATIONALITY, "United Kingdom, British overseas territories citizen" },
	{ "GBN", "GB", STATE_NATIONALITY, "United Kingdom, British national (overseas)" },
	{ "GBO", "GB", STATE_NATIONALITY, "United Kingdom, British overseas citizen" },
	{ "GBP", "GB", STATE_NATIONALITY, "United Kingdom, British protected person" },
	{ "GBR", "GB", BOTH, "United Kingdom" },
	{ "GBS", "GB", STATE_NATIONALITY, "United Kingdom, British subject" },
	{ "GEO", "GE", BOTH, "Georgia" },
	{ "GGY", "GG", BOTH, "Guernsey" },
	{ "GHA", "GH", BOTH, "Ghana" },
	{ "GIB", "GI", BOTH, "Gibraltar" },
	{ "GIN", "GN", BOTH, "Guinea" },
	{ "GLP", "GP", BOTH, "Guadeloupe" },
	{ "GMB", "GM", BOTH, "Gambia" },
	{ "GNB", "GW", BOTH, "Guinea-Bissau" },
	{ "GNQ", "GQ", BOTH, "Equatorial Guinea" },
	{ "GRC", "GR", BOTH, "Greece" },
	{ "GRD", "GD", BOTH, "Grenada" },
	{ "GRL", "GL", BOTH, "Greenland" },
	{ "GTM", "GT", BOTH, "Guatemala" },
	{ "GUF", "GF", BOTH, "French Guiana" },
	{ "GUM", "GU", BOTH, "Guam" },
	{ "GUY", "GY", BOTH, "Guyana" },
	{ "HKG", "HK", BOTH, "Hong Kong" },
	{ "HMD", "HM", BOTH, "Heard Island and McDonald Islands" },
	{ "HND", "HN", BOTH, "Honduras" },
	{ "HRV", "HR", BOTH, "Croatia" },
	{ "HTI", "HT", BOTH, "Haiti" },
	{ "HUN", "HU", BOTH, "Hungary" },
	{ "IAO", "IA", 0, "International Civil Aviation Organization" },
	{ "IDN", "ID", BOTH, "Indonesia" },
	{ "IMN", "IM", BOTH, "Isle of Man" },
	{ "IND", "IN", BOTH, "India" },
	{ "IOT", "IO", BOTH, "British Indian Ocean Territory" },
	{ "IRL", "IE", BOTH, "Ireland" },
	{ "IRN", "IR", BOTH, "Iran" },
	{ "IRQ", "IQ", BOTH, "Iraq" },
	{ "ISL", "IS", BOTH, "Iceland" },
	{ "ISR", "IL", BOTH, "Israel" },
	{ "ITA", "IT", BOTH, "Italy" },
	{ "JAM", "JM", BOTH, "Jamaica" },
	{ "JEY", "JE", BOTH, "Jersey" },
	{ "JOR", "JO", BOTH, "Jordan" },
	{ "JPN", "JP", BOTH, "Japan" },
	{ "KAZ", "KZ", BOTH, "Kazakhstan" },
	{ "KEN", "KE", BOTH, "Kenya" },
	{ "KGZ", "KG", BOTH, "Kyrgyzstan" },
	{ "KHM", "KH", BOTH, "Cambodia" },
	{ "KIR", "KI", BOTH, "Kiribati" },
	{ "KNA", "KN", BOTH, "Saint Kitts and Nevis" },
	{ "KOR", "KR", BOTH, "South Korea" },
	{ "KWT", "KW", BOTH, "Kuwait" },
	{ "LAO", "LA", BOTH, "Laos" },
	{ "LBN", "LB", BOTH, "Lebanon" },
	{ "LBR", "LR", BOTH, "Liberia" },
	{ "LBY", "LY", BOTH, "Libya" },
	{ "LCA", "LC", BOTH, "Saint Lucia" },
	{ "LIE", "LI", BOTH, "Liechtenstein" },
	{ "LKA", "LK", BOTH, "Sri Lanka" },
	{ "LSO", "LS", BOTH, "Lesotho" },
	{ "LTU", "LT", BOTH, "Lithuania" },
	{ "LUX", "LU", BOTH, "Luxembourg" },
	{ "LVA", "LV", BOTH, "Latvia" },
	{ "MAC", "MO", BOTH, "Macao" },
	{ "MAF", "MF", BOTH, "Saint Martin (French part)" },
	{ "MAR", "MA", BOTH, "Morocco" },
	{ "MCO", "MC", BOTH, "Monaco" },
	{ "MDA", "MD", BOTH, "Moldova" },
	{ "MDG", "MG", BOTH, "Madagascar" },
	{ "MDV", "MV", BOTH, "Maldives" },
	{ "MEX", "MX", BOTH, "Mexico" },
	{ "MHL", "MH", BOTH, "Marshall Islands" },
	{ "MKD", "MK", BOTH, "North Macedonia" },
	{ "MLI", "ML", BOTH, "Mali" },
	{ "MLT", "MT", BOTH, "Malta" },
	{ "MMR", "MM", BOTH, "Myanmar" },
	{ "MNE", "ME", BOTH, "Montenegro" },
	{ "MNG", "MN", BOTH, "Mongolia" },
	{ "MNP", "MP", BOTH, "Northern Mariana Islands" },
	{ "MOZ", "MZ", BOTH, "Mozambique" },
	{ "MRT", "MR", BOTH, "Mauritania" },
	{ "MSR", "MS", BOTH, "Montserrat" },
	{ "MTQ", "MQ", BOTH, "Martinique" },
	{ "MUS", "MU", BOTH, "Mauritius" },
	{ "MWI", "MW", BOTH, "Malawi" },
	{ "MYS", "MY", BOTH, "Malaysia" },
	{ "MYT", "YT", BOTH, "Mayotte" },
	{ "NAM", "NA", BOTH, "Namibia" },
	{ "NCL", "NC", BOTH, "New Caledonia" },
	{ "NER", "NE", BOTH, "Niger" },
	{ "NFK", "NF", BOTH, "Norfolk Island" },
	{ "NGA", "NG", BOTH, "Nigeria" },
	{ "NIC", "NI", BOTH, "Nicaragua" },
	{ "NIU", "NU", BOTH, "Niue" },
	{ "NLD", "NL", BOTH, "Netherlands" },
	{ "NOR", "NO", BOTH, "Norway" },
	{ "NPL", "NP", BOTH, "Nepal" },
	{ "NRU", "NR", BOTH, "Nauru" },
	{ "NTZ", "NT", STATE_READ_ONLY, "Neutral Zone" },
	{ "NZL", "NZ", BOTH, "New Zealand" },
	{ "OMN", "OM", BOTH, "Oman" },
	{ "PAK", "PK", BOTH, "Pakistan" },
	{ "PAN", "PA", BOTH, "Panama" },
	{ "PCN", "PN", BOTH, "Pitcairn" },
	{ "PER", "PE", BOTH, "Peru" },
	{ "PHL", "PH", BOTH, "Philippines" },
	{ "PLW", "PW", BOTH, "Palau" },
	{ "PNG", "PG", BOTH, "Papua New Guinea" },
	{ "POL", "PL", BOTH, "Poland" },
	{ "PRI", "PR", BOTH, "Puerto Rico" },
	{ "PRK", "KP", BOTH, "North Korea" },
	{ "PRT", "PT", BOTH, "Portugal" },
	{ "PRY", "PY", BOTH, "Paraguay" },
	{ "PSE", "PS", BOTH, "Palestine, State of" },
	{ "PYF", "PF", BOTH, "French Polynesia" },
	{ "QAT", "QA", BOTH, "Qatar" },
	{ "REU", "RE", BOTH, "Réunion" },
	{ "RKS", "KS", BOTH, "Kosovo" },
	{ "ROU", "RO", BOTH, "Romania" },
	{ "RUS", "RU", BOTH, "Russian Federation" },
	{ "RWA", "RW", BOTH, "Rwanda" },
	{ "SAU", "SA", BOTH, "Saudi Arabia" },
	{ "SDN", "SD", BOTH, "Sudan" },
	{ "SEN", "SN", BOTH, "Senegal" },
	{ "SGP", "SG", BOTH, "Singapore" },
	{ "SGS", "GS", BOTH, "South Georgia and the South Sandwich Islands" },
	{ "SHN", "SH", BOTH, "Saint Helena, Ascension and Tristan da Cunha" },
	{ "SJM", "SJ", BOTH, "Svalbard and Jan Mayen" },
	{ "SLB", "SB", BOTH, "Solomon Islands" },
	{ "SLE", "SL", BOTH, "Sierra Leone" },
	{ "SLV", "SV", BOTH, "El Salvador" },
	{ "SMR", "SM", BOTH, "San Marino" },
	{ "SOM", "SO", BOTH, "Somalia" },
	{ "SPM", "PM", BOTH, "Saint Pierre and Miquelon" },
	{ "SRB", "RS", BOTH, "Serbia" },
	{ "SSD", "SS", BOTH, "South Sudan" },
	{ "STP", "ST", BOTH, "Sao Tome and Principe" },
	{ "SUR", "SR", BOTH, "Suriname" },
	{ "SVK", "SK", BOTH, "Slovakia" },
	{ "SVN", "SI", BOTH, "Slovenia" },
	{ "SWE", "SE", BOTH, "Sweden" },
	{ "SWZ", "SZ", BOTH, "Eswatini" },
	{ "SXM", "SX", BOTH, "Sint Maarten (Dutch part)" },
	{ "SYC", "SC", BOTH, "Seychelles" },
	{ "SYR", "SY", BOTH, "Syria" },
	{ "TCA", "TC", BOTH, "Turks and Caicos Islands" },
	{ "TCD", "TD", BOTH, "Chad" },
	{ "TGO", "TG", BOTH, "Togo" },
	{ "THA", "TH", BOTH, "Thailand" },
	{ "TJK", "TJ", BOTH, "Tajikistan" },
	{ "TKL", "TK", BOTH, "Tokelau" },
	{ "TKM", "TM", BOTH, "Turkmenistan" },
	{ "TLS", "TL", BOTH, "Timor-Leste" },
	{ "TON", "TO", BOTH, "Tonga" },
	{ "TTO", "TT", BOTH, "Trinidad and Tobago" },
	{ "TUN", "TN", BOTH, "Tunisia" },
	{ "TUR", "TR", BOTH, "Türkiye" },
	{ "TUV", "TV", BOTH, "Tuvalu" },
	{ "TWN", "TW", BOTH, "Taiwan" },
	{ "TZA", "TZ", BOTH, "Tanzania" },
	{ "UGA", "UG", BOTH, "Uganda" },
	{ "UKR", "UA", BOTH, "Ukraine" },
	{ "UMI", "UM", BOTH, "United States Minor Outlying Islands" },
	{ "UNA", "UN", BOTH, "United Nations specialized agency or one of its officials" },
	{ "UNK", "", BOTH, "United Nations Interim Administration Mission in Kosovo, resident" },
	{ "UNO", "UN", BOTH, "United Nations Organization or one of its officials" },
	{ "URY", "UY", BOTH, "Uruguay" },
	{ "USA", "US", BOTH, "United States" },
	{ "UTO", "UT", BOTH | STATE_SPECIMEN, "Utopia" },
	{ "UZB", "UZ", BOTH, "Uzbekistan" },
	{ "VAT", "VA", BOTH, "Holy See (Vatican City State)" },
	{ "VCT", "VC", BOTH, "Saint Vincent and the Grenadines" },
	{ "VEN", "VE", BOTH, "Venezuela" },
	{ "VGB", "VG", BOTH, "Virgin Islands, British" },
	{ "VIR", "VI", BOTH, "Virgin Islands, U.S." },
	{ "VNM", "VN", BOTH, "Vietnam" },
	{ "VUT", "VU", BOTH, "Vanuatu" },
	{ "WLF", "WF", BOTH, "Wallis and Futuna" },
	{ "WSM", "WS", BOTH, "Samoa" },
	{ "XBA", "", BOTH, "African Development Bank" },
	{ "XCC", "", BOTH, "Caribbean Community or one of its emissaries" },
	{ "XCE", "", BOTH, "Council of Europe" },
	{ "XCO", "", BOTH, "Common Market for Eastern and Southern Africa" },
	{ "XDC", "", BOTH, "Southern African Development Community" },
	{ "XEC", "", BOTH, "Economic Community of West African States" },
	{ "XES", "", BOTH, "Organization of Eastern Caribbean States" },
	{ "XIM", "", BOTH, "African Export-Import Bank" },
	{ "XMP", "", BOTH, "Parliamentary Assembly of the Mediterranean" },
	{ "XOM", "", BOTH, "Sovereign Military Order of Malta or one of its emissaries" },
	{ "XPO", "", BOTH, "International Criminal Police Organization" },
	{ "XXA", "", STATE_NATIONALITY, "Stateless person (1954 Convention)" },
	{ "XXB", "", STATE_NATIONALITY, "Refugee (1951 Convention)" },
	{ "XXC", "", STATE_NATIONALITY, "Refugee, other" },
	{ "XXX", "", STATE_NATIONALITY, "Person of unspecified nationality" },
	{ "YEM", "YE", BOTH, "Yemen" },
	{ "ZAF", "ZA", BOTH, "South Africa" },
	{ "ZMB", "ZM", BOTH, "Zambia" },
	{ "ZWE", "ZW", BOTH, "Zimbabwe" }
};
/* clang-format on */
const size_t nstates = NELEM(states);

static int
by_code(const void *key, const void *state)
{
	return strcmp(key, ((const struct state *)state)->code);
}

const struct state *
states_find(const char *code)
{
	return bsearch(code, states, nstates, sizeof(states[0]), by_code);
}

static bool
has_use(const char *code, unsigned use)
{
	const struct state *s = states_find(code);

	return s != NULL && (s->uses & use) != 0;
}

bool
states_valid_issuer(const char *code)
{
	return has_use(code, STATE_ISSUER);
}

bool
states_valid_nationality(const char *code)
{
	return has_use(code, STATE_NATIONALITY);
}

const char *
states_two_letter(const char *code)
{
	const struct state *s = states_find(code);

	return s == NULL || s->alpha2[0] == 0 ? NULL : s->alpha2;
}

const struct state *
states_of_two_letter(const char *alpha2)
{
	/* GBD, GBN ... share the letters of GBR, UNA those of UNO: the State itself is the issuer, and UNO the older row */
	const struct state *found = NULL;

	for (size_t i = 0; i < nstates; i++) {
		const struct state *s = &states[i];

		if (alpha2[0] == 0 || strcmp(s->alpha2, alpha2) != 0)
			continue;
		if (strcmp(s->code, "UNO") == 0 || found == NULL || (found->uses & STATE_ISSUER) == 0)
			found = s;
	}
	return found;
}
