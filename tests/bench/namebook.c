#include "tests/bench/namebook.h"

#include <stdio.h>
#include <string.h>

/* clang-format off */
#define LIST(array) { array, sizeof(array) / sizeof((array)[0]) }

/* ---- Latin: western Europe and the Americas ---- */

static const char *const latin_m[] = { "José|Jose|Joseph", "Juan|Joan|Juhan", "Luis|Louis|Luiz", "Carlos|Karlos", "John|Jon", "Michael|Mikael|Michel",
	"Antonio|António", "Jean|Jehan", "Pedro|Pédro", "Daniel|Danyel", "David|Davyd", "Francisco|Fransisco", "Thomas|Tomas", "Peter|Petr",
	"Martin|Martyn", "André|Andre|Andree", "Paul|Pauwl", "Stefan|Stephan|Steffan", "Jürgen|Juergen|Jurgen", "Björn|Bjoern|Bjorn",
	"Philippe|Philip|Filip", "Nicolás|Nicolas|Nikolas", "François|Francois", "Miguel|Migel", "Matthias|Mathias|Matias", "Gerald|Jerald",
	"Christophe|Cristophe|Kristof", "Emmanuel|Emanuel|Imanuel", "Samuel|Samwel", "Gabriel|Gabryel", "Rafael|Raphael", "Frédéric|Frederic|Frederik",
	"Hugo|Ugo", "Oscar|Oskar", "Erik|Eric", "Viktor|Victor", "Marc|Mark", "Lukas|Lucas", "Łukasz|Lukasz", "Sébastien|Sebastian", "Joaquín|Joaquin",
	"Óscar|Oscar", "Kwame|Kwami", "Chidi|Tshidi", "Emeka|Emekah", "Olivier|Oliver", "Benjamin|Benyamin", "Henrik|Henrique", "Tobias|Tobyas", "Ramón|Ramon" };
static const char *const latin_f[] = { "María|Maria|Marya", "Ana|Anna", "Marie|Mary", "Elena|Helena", "Sofía|Sofia|Sophia", "Isabel|Isabelle|Ysabel",
	"Catherine|Katherine|Katrin", "Lucía|Lucia|Lusia", "Carmen|Karmen", "Rosa|Roza", "Julia|Yulia", "Laura|Lora", "Claudia|Klaudia", "Sara|Sarah",
	"Teresa|Theresa", "Margarita|Margaritha", "Martha|Marta", "Christine|Kristine|Cristine", "Émilie|Emilie|Emily", "Anneliese|Annelise", "Zoë|Zoe",
	"Françoise|Francoise", "Beatriz|Beatrice|Beatris", "Mónica|Monica|Monika", "Patricia|Patrisia", "Victoria|Viktoria", "Elisabeth|Elizabeth",
	"Renée|Renee", "Ngozi|Ngosi", "Ifeoma|Ifeyoma", "Ingrid|Yngrid", "Käthe|Kaethe|Kathe", "Jacqueline|Jaqueline", "Hannah|Hanna", "Esther|Ester",
	"Rebecca|Rebeca", "Gabriela|Gabriella", "Alejandra|Alexandra", "Florence|Florens", "Joséphine|Josephine", "Andrea|Andreia", "Noémie|Noemi",
	"Verónica|Veronica", "Angélica|Angelica", "Dolores|Doloris", "Agnès|Agnes", "Cécile|Cecile|Cecil", "Hélène|Helene|Elene", "Yvonne|Ivonne", "Camille|Kamille" };
static const char *const latin_family[] = { "García|Garcia|Garsia", "Martínez|Martinez|Martines", "Rodríguez|Rodriguez|Rodrigues", "Silva|Sylva", "Santos|Sanctos",
	"Müller|Mueller|Muller", "Schmidt|Schmitt|Shmidt", "Smith|Smyth", "Dubois|Duboys", "Lefèvre|Lefevre|Lefebvre", "Okafor|Okafur", "Mensah|Mensa",
	"Hernández|Hernandez|Ernandez", "de la Cruz|de la Cruz|Delacruz", "van den Berg|van den Berg|Vandenberg", "O'Connor|OConnor|O Connor", "Ferreira|Fereira",
	"Diallo|Dialo", "Traoré|Traore", "Nowak|Novak" };
static const char *const latin_stem[] = { "Fern", "Gonz", "Ramir", "Alvar", "Dom", "Beck", "Berg", "Lind", "Sand", "Holm", "Kell", "Brand", "Wald", "Stein", "Roth",
	"Hart", "Lang", "Grün|Gruen|Grun", "Krüg|Krueg|Krug", "Vog", "Fisch|Fish", "Mart", "Bern", "Lamb", "Rich", "Gir", "Mor", "Per", "Bell", "Ross", "Ferr", "Mar",
	"Cost|Kost", "Mont", "Val", "Cast|Kast", "Rob", "Will", "Dav", "Jack|Jak", "Ander", "Peter", "Niel", "Han", "Sören|Soeren|Soren", "Carl|Karl", "Eld", "Thor",
	"Bar", "Del", "Fran", "Gal", "Hav", "Jor", "Kas", "Lev", "Mel", "Nor", "Pal", "Quin", "Ric|Rik", "Sal", "Tor", "Urb", "Vil", "Wes", "Yar", "Zam", "Abr", "Cor|Kor" };
static const char *const latin_ending[] = { "ez|es", "son|sson", "ini", "ard", "er", "mann|man", "eau", "ero", "elli|eli", "ström|stroem|strom", "sen|son", "ado", "in",
	"ier", "oni", "feld|felt", "ton", "ley|ly", "eira|era", "ski|sky" };

/* ---- Arabic ---- */

static const char *const arabic_m[] = { "محمد|Mohammed|Muhammad|Mohamed|Mohamad", "أحمد|Ahmed|Ahmad", "علي|Ali|Aly", "حسين|Hussein|Husayn|Hossein", "حسن|Hassan|Hasan",
	"محمود|Mahmoud|Mahmud", "إبراهيم|Ibrahim|Ebrahim", "عبد الله|Abdallah|Abdullah|Abd Allah", "مصطفى|Mustafa|Moustafa|Mostafa", "خالد|Khaled|Khalid", "عمر|Omar|Umar",
	"يوسف|Youssef|Yusuf|Yousef", "سعيد|Said|Saeed|Saïd", "كريم|Karim|Kareem", "عبد الرحمن|Abdelrahman|Abdul Rahman|Abd al-Rahman", "طارق|Tarek|Tariq", "سامي|Sami|Samy",
	"وليد|Walid|Waleed", "ياسين|Yassin|Yasin|Yacine", "عثمان|Osman|Uthman|Othman", "جمال|Jamal|Gamal|Djamal", "صالح|Saleh|Salih", "ناصر|Nasser|Nasir", "حمزة|Hamza|Hamzah",
	"بلال|Bilal|Belal", "رشيد|Rashid|Rachid", "فيصل|Faisal|Faysal|Feisal", "ماجد|Majed|Majid", "زياد|Ziad|Ziyad", "أسامة|Osama|Usama|Oussama", "هشام|Hisham|Hicham",
	"إسماعيل|Ismail|Ismael", "سليمان|Suleiman|Sulayman|Soliman", "عبد العزيز|Abdelaziz|Abdul Aziz", "منصور|Mansour|Mansur", "نبيل|Nabil|Nabeel", "فؤاد|Fouad|Fuad",
	"عماد|Imad|Emad", "رضا|Reda|Rida|Ridha", "أيمن|Ayman|Aiman", "شريف|Sherif|Sharif|Cherif", "باسم|Bassem|Basim", "غسان|Ghassan|Gassan", "مراد|Murad|Mourad",
	"أنور|Anwar|Anouar", "حبيب|Habib|Habeeb", "عادل|Adel|Adil", "منير|Munir|Mounir", "لطفي|Lotfi|Lutfi", "جابر|Jaber|Gaber" };
static const char *const arabic_f[] = { "فاطمة|Fatima|Fatma|Fatimah", "مريم|Mariam|Maryam|Meriem", "عائشة|Aisha|Aicha|Ayesha", "زينب|Zainab|Zeinab|Zaynab", "خديجة|Khadija|Khadidja|Khadijah",
	"نور|Nour|Noor|Nur", "سارة|Sara|Sarah", "هدى|Huda|Houda|Hoda", "أمينة|Amina|Ameena", "سعاد|Suad|Souad", "ليلى|Leila|Layla|Laila", "ياسمين|Yasmin|Yasmine|Jasmin", "رقية|Ruqayya|Rokaya",
	"حليمة|Halima|Haleema", "سلمى|Salma|Selma", "أسماء|Asma|Asmaa", "إيمان|Iman|Eman", "هناء|Hana|Hanaa", "نادية|Nadia|Nadya", "سميرة|Samira|Sameera", "رنا|Rana|Ranna", "دعاء|Duaa|Doaa",
	"شيماء|Shaimaa|Chaima|Shayma", "ندى|Nada|Neda", "أميرة|Amira|Ameera", "جميلة|Jamila|Djamila|Gamila", "كريمة|Karima|Kareema", "وفاء|Wafa|Wafaa", "حنان|Hanan|Hanane", "إسراء|Israa|Esraa",
	"سمية|Sumaya|Soumaya", "رحمة|Rahma|Rahmah", "منى|Mona|Muna|Mouna", "غادة|Ghada|Gada", "لطيفة|Latifa|Lateefa", "نجاة|Najat|Nagat", "بشرى|Bushra|Bouchra", "سناء|Sana|Sanaa", "رانيا|Rania|Ranya",
	"عبير|Abir|Abeer", "زهرة|Zahra|Zohra", "صفية|Safia|Safiya", "ثريا|Thuraya|Soraya", "هاجر|Hajar|Hager", "مها|Maha|Mahaa", "ريم|Reem|Rim", "دينا|Dina|Deena", "سهام|Siham|Seham", "حياة|Hayat|Hayet", "نعيمة|Naima|Naeema" };
static const char *const arabic_family[] = { "الأحمد|Al-Ahmad|Al Ahmed|Elahmad", "العلي|Al-Ali|El Ali", "حداد|Haddad|Hadad", "خوري|Khoury|Khouri|Khuri", "المصري|Al-Masri|El Masry|Elmasry", "الهاشمي|Al-Hashimi|El Hachemi",
	"منصوري|Mansouri|Mansuri", "بن علي|Ben Ali|Bin Ali|Benali", "الحسيني|Al-Husseini|El Husseini", "شاهين|Shaheen|Chahine|Shahin", "نجار|Najjar|Nadjar|Naggar", "قاسم|Qasim|Kassem|Kacem", "الشريف|Al-Sharif|Cherif|El Sherif",
	"زيدان|Zidan|Zidane|Zeidan", "عثماني|Othmani|Osmani", "القحطاني|Al-Qahtani|Alkahtani", "الدوسري|Al-Dosari|Aldossary", "صباغ|Sabbagh|Sabagh", "طرابلسي|Trabelsi|Tarabulsi|Tarabolsi", "بوعزيز|Bouaziz|Buaziz" };
static const char *const arabic_stem[] = { "بغداد|Baghdad|Bagdad", "حلب|Halab|Aleb", "سالم|Salem|Salim", "حميد|Hamid|Hameed", "فارس|Fares|Faris", "عمار|Ammar|Amar", "رشيد|Rashid|Rachid", "كامل|Kamel|Kamil", "جزائر|Jazair|Djazair",
	"موسو|Moussaw|Musaw", "نعيم|Naim|Naeem", "صابر|Saber|Sabir", "طاهر|Taher|Tahir", "يحياو|Yahyaw|Yahiaw", "مغرب|Maghrab|Maghreb", "كرد|Kord|Kurd", "دمشق|Dimashq|Demachk", "نصر|Nasr|Nassr", "حرب|Harb", "عقيل|Aqil|Akil",
	"تميم|Tamim|Tameem", "هلال|Hilal|Helal", "شمر|Shammar|Chammar", "عنز|Anaz|Anez", "غامد|Ghamed|Gamed", "زهران|Zahran", "شهر|Shehr|Shahr", "بكر|Bakr", "سعد|Saad|Sad", "فهد|Fahd|Fahad", "مطير|Mutair|Mtair", "عتيب|Otaib|Utaib",
	"سبيع|Subai|Sbai", "رفاع|Rifa|Refa", "جعفر|Jaafar|Djafar", "صديق|Siddiq|Seddik", "قرش|Qorash|Korach", "وهب|Wahb", "بدر|Badr", "ليب|Lib|Leeb", "تونس|Tounes|Tunis", "حسن|Hassan|Hasan", "عطار|Attar|Atar", "رمضان|Ramadan|Ramadhan",
	"شعبان|Shaaban|Chaban", "رجب|Rajab|Ragab", "خليل|Khalil|Halil", "داود|Dawood|Daoud", "عيسو|Isaw|Issaw", "زكر|Zakar" };
static const char *const arabic_ending[] = { "ي|i|y", "|", "اني|ani|any", "ان|an", "ية|iya|ieh", "ون|oun|un" };

/* ---- Cyrillic: Russian and Ukrainian ---- */

static const char *const cyrillic_m[] = { "Александр|Aleksandr|Alexander|Oleksandr", "Сергей|Sergei|Sergey|Serhii", "Дмитрий|Dmitrii|Dmitry|Dmytro", "Андрей|Andrei|Andrey|Andrii", "Алексей|Aleksei|Alexey|Oleksii", "Максим|Maksim|Maxim|Maksym",
	"Иван|Ivan|Iwan", "Михаил|Mikhail|Michail|Mykhailo", "Николай|Nikolai|Nikolay|Mykolai", "Евгений|Evgenii|Yevgeny|Eugenii", "Владимир|Vladimir|Wladimir|Volodymyr", "Юрий|Iurii|Yuri|Yury", "Илья|Ilia|Ilya|Illia",
	"Павел|Pavel|Pawel", "Артём|Artem|Artyom", "Виктор|Viktor|Victor", "Игорь|Igor|Ihor", "Олег|Oleg|Oleh", "Роман|Roman", "Пётр|Petr|Pyotr", "Кирилл|Kirill|Kyryll", "Денис|Denis|Denys", "Антон|Anton", "Вячеслав|Viacheslav|Vyacheslav",
	"Григорий|Grigorii|Grigory|Hryhorii", "Константин|Konstantin|Constantine", "Борис|Boris|Borys", "Степан|Stepan", "Фёдор|Fedor|Fyodor", "Василий|Vasilii|Vasily|Vasylii", "Тарас|Taras", "Богдан|Bogdan|Bohdan", "Руслан|Ruslan", "Тимофей|Timofei|Timofey",
	"Георгий|Georgii|Georgy", "Станислав|Stanislav", "Леонид|Leonid", "Ярослав|Iaroslav|Yaroslav", "Вадим|Vadim|Vadym", "Захар|Zakhar|Zahar" };
static const char *const cyrillic_father[] = { "Александров|Aleksandrov|Alexandrov", "Сергеев|Sergeev|Sergeyev", "Дмитриев|Dmitriev", "Андреев|Andreev|Andreyev", "Алексеев|Alekseev|Alexeyev", "Максимов|Maksimov|Maximov",
	"Иванов|Ivanov", "Михайлов|Mikhailov|Michailov", "Николаев|Nikolaev|Nikolayev", "Евгеньев|Evgenev|Yevgenyev", "Владимиров|Vladimirov", "Юрьев|Iurev|Yuryev", "Ильи|Ili|Ilyi", "Павлов|Pavlov", "Артёмов|Artemov|Artyomov",
	"Викторов|Viktorov|Victorov", "Игорев|Igorev", "Олегов|Olegov", "Романов|Romanov", "Петров|Petrov", "Кириллов|Kirillov", "Денисов|Denisov", "Антонов|Antonov", "Вячеславов|Viacheslavov|Vyacheslavov", "Григорьев|Grigorev|Grigoryev",
	"Константинов|Konstantinov", "Борисов|Borisov", "Степанов|Stepanov", "Фёдоров|Fedorov|Fyodorov", "Васильев|Vasilev|Vasilyev", "Тарасов|Tarasov", "Богданов|Bogdanov|Bohdanov", "Русланов|Ruslanov", "Тимофеев|Timofeev|Timofeyev",
	"Георгиев|Georgiev", "Станиславов|Stanislavov", "Леонидов|Leonidov", "Ярославов|Iaroslavov|Yaroslavov", "Вадимов|Vadimov", "Захаров|Zakharov|Zaharov" };
static const char *const cyrillic_f[] = { "Елена|Elena|Yelena|Olena", "Мария|Mariia|Maria|Mariya", "Анна|Anna|Hanna", "Ольга|Olga|Olha", "Наталья|Natalia|Natalya|Nataliia", "Екатерина|Ekaterina|Yekaterina|Kateryna", "Татьяна|Tatiana|Tatyana|Tetiana", "Ирина|Irina|Iryna",
	"Анастасия|Anastasiia|Anastasia|Anastasiya", "Светлана|Svetlana|Svitlana", "Юлия|Iuliia|Yulia|Julia", "Дарья|Daria|Darya|Dariia", "Виктория|Viktoriia|Victoria|Viktoriya", "Ксения|Kseniia|Ksenia|Xenia", "Полина|Polina", "Людмила|Liudmila|Lyudmila|Ludmila",
	"Галина|Galina|Halyna", "Валентина|Valentina|Valentyna", "Алина|Alina", "София|Sofiia|Sofia|Sofya", "Вера|Vera|Vira", "Надежда|Nadezhda|Nadejda", "Любовь|Liubov|Lyubov", "Марина|Marina|Maryna", "Оксана|Oksana|Oxana", "Евгения|Evgeniia|Yevgenia", "Яна|Iana|Yana",
	"Кристина|Kristina|Khrystyna", "Лариса|Larisa|Larysa", "Варвара|Varvara", "Алла|Alla", "Елизавета|Elizaveta|Yelizaveta|Elisaveta", "Зинаида|Zinaida|Zinaïda", "Тамара|Tamara", "Жанна|Zhanna|Janna", "Диана|Diana|Dyana", "Вероника|Veronika|Veronica", "Злата|Zlata",
	"Милана|Milana", "Раиса|Raisa|Raïsa" };
static const char *const cyrillic_stem[] = { "Иван|Ivan", "Смирн|Smirn", "Кузнец|Kuznets|Kouznets", "Поп|Pop", "Васил|Vasil", "Петр|Petr", "Сокол|Sokol", "Михайл|Mikhail|Michail", "Нов|Nov", "Федор|Fedor|Fyodor", "Мороз|Moroz", "Волк|Volk|Wolk", "Лебед|Lebed", "Семён|Semen|Semyon", "Егор|Egor|Yegor",
	"Козл|Kozl", "Степан|Stepan", "Орл|Orl", "Андрон|Andron", "Макар|Makar", "Никит|Nikit|Nykyt", "Захар|Zakhar|Zahar", "Зайц|Zaits|Zayts", "Бел|Bel", "Гус|Gus|Hus", "Тит|Tit", "Кравч|Kravch|Krawtsch", "Шевч|Shevch|Schewtsch", "Ковал|Koval|Kowal", "Бонд|Bond", "Ткач|Tkach|Tkatsch", "Щерб|Shcherb|Scherb", "Рыб|Ryb|Rib",
	"Жук|Zhuk|Juk", "Чёрн|Chern|Tschern", "Хар|Khar|Har", "Цвет|Tsvet|Zvet", "Юр|Iur|Yur", "Яковл|Iakovl|Yakovl", "Голуб|Golub|Holub", "Дорон|Doron", "Ефим|Efim|Yefim", "Калин|Kalin|Kalyn", "Ларион|Larion", "Медвед|Medved", "Осип|Osip|Ossip", "Прохор|Prokhor|Prohor", "Рубц|Rubts|Rubtz", "Сидор|Sidor|Sydor", "Ульян|Ulian|Ulyan" };
static const char *const cyrillic_ending[] = { "ов|ov|off|ow", "ев|ev|eff|ew", "ин|in", "енко|enko", "ский|skii|sky|ski", "ук|uk|ouk", "ко|ko", "янц|iants|yants" };
static const char *const cyrillic_ending_f[] = { "ова|ova|owa", "ева|eva|ewa", "ина|ina", "енко|enko", "ская|skaia|skaya", "ук|uk|ouk", "ко|ko", "янц|iants|yants" };
static const char *const cyrillic_patronymic[] = { "ич|ich|itch", "на|na" };

/* ---- Ethiopic: Amharic; a father's name stands where others have a family name ---- */

static const char *const ethiopic_m[] = { "አበበ|Abebe|Abebbe", "ከበደ|Kebede|Kebbede", "ተስፋዬ|Tesfaye|Tesfaie", "ገብረ|Gebre|Guebre", "ታደሰ|Tadesse|Tadese", "ሙሉጌታ|Mulugeta|Moulougueta", "ዳዊት|Dawit|Davit", "ዮሐንስ|Yohannes|Johannes|Yohanis", "ሰለሞን|Solomon|Selemon", "ብርሃኑ|Birhanu|Berhanu", "ግርማ|Girma|Guirma",
	"ኃይሉ|Hailu|Haylu|Khailu", "ኃይለማርያም|Hailemariam|Haylemaryam", "ወልደ|Wolde|Welde", "ተክሌ|Tekle|Teklé", "መኮንን|Mekonnen|Makonnen", "አለማየሁ|Alemayehu|Alemaiehu", "ዘውዴ|Zewde|Zewdie", "ሀብታሙ|Habtamu|Habtamou", "ጌታቸው|Getachew|Guetachew", "አስፋው|Asfaw|Asfaou", "ደሳለኝ|Desalegn|Dessalegn", "ፍቃዱ|Fikadu|Fekadu", "እንዳለ|Endale|Indale",
	"ሳሙኤል|Samuel|Samuiel", "ቴዎድሮስ|Tewodros|Theodros", "ናትናኤል|Natnael|Nathnael", "ብሩክ|Biruk|Bruk", "ኤርሚያስ|Ermias|Ermiyas", "ዘላለም|Zelalem", "አማኑኤል|Amanuel|Emanuel", "ሙሴ|Muse|Mussie", "ይስሐቅ|Yishak|Yesehaq", "ጸጋዬ|Tsegaye|Segaye", "ጥላሁን|Tilahun|Telahun", "አሰፋ|Assefa|Asefa", "ሽመልስ|Shimelis|Shimeles", "ለማ|Lemma|Lema", "ዓለሙ|Alemu|Alemou", "ሥዩም|Seyoum|Siyum" };
static const char *const ethiopic_f[] = { "አልማዝ|Almaz|Almas", "ትዕግስት|Tigist|Tigest", "ሀና|Hanna|Hana", "መሠረት|Meseret|Messeret", "ብርቱካን|Birtukan|Bertukan", "ሰላም|Selam|Salam", "ሕይወት|Hiwot|Hewot", "ማርታ|Marta|Martha", "ሣራ|Sara|Sarah", "ገነት|Genet|Guenet", "አስቴር|Aster|Ester", "ዘነበች|Zenebech|Zenebetch", "ወርቅነሽ|Workinesh|Werqnesh", "አበባ|Abeba|Abebba", "ፋንታዬ|Fantaye|Fantaie",
	"እመቤት|Emebet|Imebet", "ራሔል|Rahel|Rachel", "ቤተልሔም|Bethlehem|Betelhem", "ፍሬሕይወት|Frehiwot|Firehiwot", "ጽጌረዳ|Tsigereda|Segereda", "ማሪያም|Mariam|Maryam", "እየሩሳሌም|Eyerusalem|Yerusalem", "ኤልሳቤጥ|Elsabet|Elisabeth", "አይናለም|Aynalem|Ainalem", "ቅድስት|Kidist|Qidist", "የሺ|Yeshi|Yeshie", "ሙሉ|Mulu|Moulou", "ጥሩነሽ|Tirunesh|Tiruneh", "ደርባቤ|Derbabe", "ውብዓለም|Wubalem|Webalem",
	"ስንታየሁ|Sintayehu|Sentayehu", "ሶስና|Sosina|Sosna", "ሉሊት|Lulit|Loulit", "ዮዲት|Yodit|Judith", "ነፃነት|Netsanet|Nesanet", "ሰብለ|Seble|Sebele", "መዓዛ|Meaza|Meaaza", "ዓይናዲስ|Aynadis|Ainadis", "ሐረግ|Hareg|Harege", "ለምለም|Lemlem" };

static const char *const none[] = { "" };
#define NONE { none, 0 }

const struct namebook namebooks[SCRIPTS] = {
	[SCRIPT_LATIN] = { "latin", LIST(latin_m), LIST(latin_f), LIST(latin_family), LIST(latin_stem), LIST(latin_ending), NONE, NONE, NULL },
	[SCRIPT_ARABIC] = { "arabic", LIST(arabic_m), LIST(arabic_f), LIST(arabic_family), LIST(arabic_stem), LIST(arabic_ending), NONE, NONE, NULL },
	[SCRIPT_CYRILLIC] = { "cyrillic", LIST(cyrillic_m), LIST(cyrillic_f), NONE, LIST(cyrillic_stem), LIST(cyrillic_ending), LIST(cyrillic_ending_f),
		LIST(cyrillic_patronymic), cyrillic_father },
	[SCRIPT_ETHIOPIC] = { "ethiopic", LIST(ethiopic_m), LIST(ethiopic_f), NONE, NONE, NONE, NONE, NONE, NULL },
};
/* clang-format on */

void
name_put(const char *entry, unsigned form, char *out, size_t size)
{
	unsigned forms = 1;
	size_t n = strlen(out), len;

	for (const char *p = entry; *p != '\0'; p++)
		forms += *p == '|';
	if (form >= forms)
		form = forms == 1 ? 0 : 1 + (form - 1) % (forms - 1);
	for (; form > 0; form--)
		entry = strchr(entry, '|') + 1;
	len = strcspn(entry, "|");
	if (n + len < size)
		snprintf(out + n, size - n, "%.*s", (int)len, entry);
}
